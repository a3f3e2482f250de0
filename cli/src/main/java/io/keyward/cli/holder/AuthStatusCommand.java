package io.keyward.cli.holder;

import io.keyward.cli.holder.Probe.Answered;
import io.keyward.cli.holder.Probe.Verdict;
import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "status",
        description = {
            "Lists the keys that are stored on this machine.",
            "",
            "Without --check nothing is sent anywhere: stored does not mean valid."
        },
        exitCodeList = {
            "0:a key is stored, and with --check every server accepts its key",
            "1:no key is stored, or a server rejects one or could not be asked"
        },
        footer = {
            "  keyward auth status",
            "  keyward auth status --check --environment staging",
            "  keyward auth status --config-file ~/.ml/config.toml --check"
        })
final class AuthStatusCommand implements Callable<Integer>, Arguments.TakesSecret {
    private final Terminal terminal;

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    @Option(names = "--check", description = "Ask the servers whether they accept the keys.")
    private boolean check;

    @Option(
            names = "--json",
            description =
                    "Print JSON: authenticated, stored_credentials, credentials (stored, id, prefix, origin, check,"
                            + " reason).")
    private boolean json;

    AuthStatusCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Line> lines = options.places(terminal).stream()
                .map(CredentialPlace::require)
                .map(credential -> new Line(credential, check ? check(credential) : null))
                .toList();
        boolean authenticated = !lines.isEmpty() && lines.stream().allMatch(Line::isGood);
        terminal.show(json ? asJson(lines, authenticated) : asText(lines, authenticated));
        return authenticated ? ExitCode.OK : ExitCode.REFUSED;
    }

    private static Verdict check(Credential credential) {
        return credential
                .flaw()
                .map(flaw -> new Verdict(Answered.REJECTED, "the stored key " + flaw.description() + "; log in again"))
                .orElseGet(() -> Probe.ask(credential));
    }

    private static String asText(List<Line> lines, boolean authenticated) {
        StringBuilder text = new StringBuilder(authenticated ? "authenticated" : "not authenticated")
                .append(", stored_credentials: ")
                .append(lines.isEmpty() ? "none" : String.join(", ", labelsOf(lines)))
                .append('\n');
        for (Line line : lines) {
            Verdict verdict = line.verdict();
            if (verdict != null) {
                text.append("%s: %s: %s\n"
                        .formatted(
                                line.label(), nameOf(verdict).replace('_', ' '), Terminal.printable(verdict.reason())));
            }
        }
        return text.toString();
    }

    private static String asJson(List<Line> lines, boolean authenticated) {
        return Json.object()
                .add("authenticated", authenticated)
                .add("stored_credentials", labelsOf(lines))
                .add("credentials", lines.stream().map(Line::json).toList())
                .print();
    }

    private static List<String> labelsOf(List<Line> lines) {
        return lines.stream().map(Line::label).toList();
    }

    /** Returns the JSON of one stored key. */
    static Json jsonOf(Credential credential, @Nullable Verdict verdict) {
        return credential
                .json()
                .add("check", verdict == null ? null : nameOf(verdict))
                .add("reason", verdict == null ? null : verdict.reason());
    }

    private static String nameOf(Verdict verdict) {
        return verdict.answered().name().toLowerCase(Locale.ROOT);
    }

    private record Line(Credential credential, @Nullable Verdict verdict) {
        String label() {
            return credential.label();
        }

        Json json() {
            return jsonOf(credential, verdict);
        }

        boolean isGood() {
            return verdict == null || verdict.isAccepted();
        }
    }
}
