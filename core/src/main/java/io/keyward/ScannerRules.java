package io.keyward;

import static java.util.Objects.requireNonNull;

/**
 * Prints the rules by which secret scanners find keys of one format in files, commits and logs.
 *
 * <p>The rules are generated from the format, so they always match it. They do not verify the check digits;
 * {@link KeyFormat#flawOf} can confirm what they report. Immutable; may be shared between threads.
 */
public final class ScannerRules {
    private final KeyFormat format;

    private ScannerRules(KeyFormat format) {
        this.format = requireNonNull(format, "format");
    }

    /** Returns the rules for keys of a format. */
    public static ScannerRules of(KeyFormat format) {
        return new ScannerRules(format);
    }

    /** Returns the regular expression alone, see {@link KeyFormat#regex}. */
    public String regex() {
        return format.regex();
    }

    /**
     * Returns a rule for gitleaks, to be put into its {@code .gitleaks.toml}. The expression is a TOML literal string,
     * so nothing in it is escaped.
     */
    public String gitleaks() {
        return """
                [[rules]]
                id = "%1$s-api-key"
                description = "API key %1$s"
                regex = '''%2$s'''
                keywords = ["%1$s_"]
                """.formatted(format.prefix(), format.regex());
    }

    /**
     * Returns a custom detector for TruffleHog, to be put into its configuration file. It does not ask a service
     * whether a key is valid.
     */
    public String truffleHog() {
        return """
                detectors:
                  - name: %1$s API key
                    keywords:
                      - %1$s_
                    regex:
                      key: '(%2$s)'
                """.formatted(format.prefix(), format.regex());
    }

    /**
     * Returns what to fill into the form of a custom pattern of GitHub secret scanning, one field a line. The form has
     * fields of its own for what may come before and after a key, so this expression has no word boundaries.
     */
    public String gitHub() {
        return """
                Pattern name: %1$s API key
                Secret format: %2$s
                Before secret: \\A|[^0-9A-Za-z_]
                After secret: \\z|[^0-9A-Za-z_]
                """.formatted(format.prefix(), format.regex().replace("\\b", ""));
    }

    @Override
    public String toString() {
        return "ScannerRules[" + format.prefix() + "]";
    }
}
