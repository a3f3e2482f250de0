package io.keyward.cli.scan;

import io.keyward.ScannerRules;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.PrefixOption;
import io.keyward.cli.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints rules with which secret scanners find issued keys. */
@Command(
        name = "scan-rules",
        description = {
            "Prints a rule with which another secret scanner finds keys of one prefix.",
            "",
            "The rule does not compare the check digits. `keyward scan` does, so it reports no look-alikes."
        },
        footer = {
            "  keyward scan-rules --format regex",
            "  keyward scan-rules --format gitleaks --prefix acme_live >> .gitleaks.toml"
        })
public final class ScanRulesCommand implements Runnable {
    /** The scanners that have a rule. */
    enum Scanner {
        regex,
        gitleaks,
        trufflehog,
        github
    }

    private final Terminal terminal;

    @Option(
            names = "--format",
            paramLabel = "SCANNER",
            required = true,
            description = "regex, gitleaks, trufflehog or github (a custom pattern).")
    private Scanner scanner = Scanner.regex;

    @Mixin
    private PrefixOption prefix = new PrefixOption();

    @Option(names = "--json", description = "Print JSON: format, rule.")
    private boolean json;

    public ScanRulesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        ScannerRules rules = ScannerRules.of(prefix.format());
        String rule = switch (scanner) {
            case regex -> rules.regex();
            case gitleaks -> rules.gitleaks();
            case trufflehog -> rules.truffleHog();
            case github -> rules.gitHub();
        };
        String text = rule.stripTrailing() + "\n";
        terminal.show(
                json ? Json.object().add("format", scanner).add("rule", text).print() : text);
    }
}
