package io.keyward;

import static java.util.Objects.requireNonNull;

/**
 * Prints the rules by which secret scanners find keys of one format in files, commits and logs.
 *
 * <p>The rules are made of the format itself, so they cannot fall behind it. They do not know the check digits: what
 * they report, {@link KeyFormat#flawOf} can confirm. Immutable; may be shared between threads.
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
     * Returns a rule for gitleaks, to be put into its {@code .gitleaks.toml}. A literal string holds the expression, in
     * which TOML knows no escapes.
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
     * Returns a custom detector for TruffleHog, to be put into its configuration file. It finds without asking a
     * service whether the key is live.
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
     * Returns what to fill into the form of a custom pattern of GitHub secret scanning, one field a line. Its own
     * fields hold what may stand before and after, so the expression stands there without the word boundaries.
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
