package io.keyward.cli.operator;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.PastedKey;
import io.keyward.cli.terminal.Terminal;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "check",
        description = {
            "Says offline whether a key was copied completely and without a typo.",
            "",
            "Checks only the form and the check digits. `keyward verify` or the service says whether the key was"
                    + " issued and is still valid."
        },
        exitCodeList = {"0:the key is well formed", "1:it is not, or has no check digits"},
        footer = {"  keyward check", "  keyward check --prefix acme_live < key.txt"})
final class CheckCommand implements Callable<Integer>, Arguments.TakesSecret {
    private final Terminal terminal;

    @Option(names = "--prefix", paramLabel = "PREFIX", description = "The prefix the key must have. Default: any.")
    private @Nullable KeyFormat format;

    @Option(names = "--json", description = "Print JSON: wellFormed, prefix, id, flaw, reason.")
    private boolean json;

    CheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        String text = terminal.readSecret("Key (not shown): ");
        KeyFormat expected = format != null ? format : KeyFormat.recognise(text).orElse(null);
        Refusal refusal = refusalOf(text, expected).orElse(null);
        String prefix = refusal != null || expected == null ? null : expected.prefix();
        String id = refusal != null || expected == null ? null : expected.idOf(ApiKey.of(text));
        if (json) {
            terminal.show(Json.object()
                    .add("wellFormed", refusal == null)
                    .add("prefix", prefix)
                    .add("id", id)
                    .add("flaw", refusal == null ? null : refusal.flaw())
                    .add("reason", refusal == null ? null : refusal.reason())
                    .print());
        } else if (refusal != null) {
            terminal.note("not well formed: the key " + refusal.reason());
        } else {
            terminal.show("well formed: key " + id + " with prefix " + prefix + "\n");
        }
        return refusal == null ? ExitCode.OK : ExitCode.REFUSED;
    }

    /**
     * Names first what was copied together with the key, because a flaw of the form alone would make people look
     * elsewhere.
     */
    private static Optional<Refusal> refusalOf(String text, @Nullable KeyFormat expected) {
        Optional<String> surroundings = PastedKey.surroundingsOf(text);
        if (surroundings.isEmpty() && (text.indexOf(' ') >= 0 || text.indexOf(':') >= 0 || text.indexOf('=') >= 0)) {
            surroundings = Optional.of("comes with other text, like a header name; copy the key alone");
        }
        if (surroundings.isPresent()) {
            return Optional.of(new Refusal("surroundings", surroundings.get()));
        }
        if (expected == null) {
            return Optional.of(new Refusal(
                    "outline",
                    "does not look like an issued key (a prefix, `_`, 44 letters and digits): a part is missing, or it"
                            + " was made elsewhere and has no check digits"));
        }
        return expected.flawOf(text).map(flaw -> new Refusal(flaw.name().toLowerCase(Locale.ROOT), sentenceOf(flaw)));
    }

    private static String sentenceOf(KeyFormat.Flaw flaw) {
        return flaw == KeyFormat.Flaw.CHECK_DIGITS
                ? "has check digits that do not match: a character is wrong or missing; copy it again"
                : flaw.description();
    }

    private record Refusal(String flaw, String reason) {}
}
