package io.keyward.cli.terminal;

import io.keyward.KeyFormat;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option that names the prefix of keys that are made. */
public final class PrefixOption {
    public static final String DEFAULT = "kw_live";

    /** The name of the metadata for the prefix of a key, so a rotation uses it again. */
    public static final String NOTE = "prefix";

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            defaultValue = DEFAULT,
            description = "The prefix, which says whose key it is and for which environment, like acme_live."
                    + " Default: ${DEFAULT-VALUE}.")
    private KeyFormat format = KeyFormat.of(DEFAULT);

    /** Returns the format of keys with this prefix. */
    public KeyFormat format() {
        return format;
    }

    /** Returns the metadata that name the prefix; none for the default one. */
    public Map<String, String> note() {
        return format.prefix().equals(DEFAULT) ? Map.of() : Map.of(NOTE, format.prefix());
    }
}
