package io.keyward.cli.terminal;

import io.keyward.KeyFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the prefix of a key format. */
public final class PrefixOption implements ITypeConverter<KeyFormat> {
    public static final String DEFAULT = "kw_live";

    @Override
    public KeyFormat convert(String value) {
        try {
            return KeyFormat.of(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("is not a prefix: " + e.getMessage());
        }
    }
}
