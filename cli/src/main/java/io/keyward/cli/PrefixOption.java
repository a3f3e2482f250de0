package io.keyward.cli;

import io.keyward.KeyFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the prefix of a key format. */
final class PrefixOption implements ITypeConverter<KeyFormat> {
    static final String DEFAULT = "kw_live";

    @Override
    public KeyFormat convert(String value) {
        try {
            return KeyFormat.of(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
