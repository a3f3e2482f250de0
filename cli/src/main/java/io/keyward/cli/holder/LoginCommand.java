package io.keyward.cli.holder;

import io.keyward.ApiKey;
import io.keyward.cli.holder.Probe.Answered;
import io.keyward.cli.holder.Probe.Verdict;
import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Terminal;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "login",
        description = {
            "Stores a key you were given, after checking it.",
            "",
            "Asks for the key without showing it, or reads it from standard input. Checks it for typos offline. If"
                    + " the server is known, sends it a request without the key, which it must answer with 401, and"
                    + " one with the key, which it must not. A key that the server rejects is not stored."
                    + " If the answer is not clear, the key is stored and the answer is printed.",
            "",
            "Without --role, a key that has another role by the answer of the server does not replace a stored key;"
                    + " the message says how to store it. A ws or wss server is asked by HTTP, so only the key is"
                    + " checked.",
            "",
            "The key goes to $XDG_CONFIG_HOME/keyward/credentials.toml, which only you can read, or to the top of"
                    + " --config-file."
        },
        exitCodeList = {
            "0:the key is stored; standard error says what the server answered",
            "1:the key has a typo, or the server rejects it; nothing is stored"
        },
        footer = {
            "  keyward login --api-url https://api.example.com",
            "  keyward login --environment staging --role admin --api-url https://staging.example.com/v1/whoami",
            "  bw get password 7hq2mz9a | keyward login --config-file ~/.ml/config.toml"
                    + " --api-url ws://localhost:9100/ws"
        })
final class LoginCommand implements Runnable, Arguments.TakesSecret {
    private static final Pattern HASH = Pattern.compile("(?:sha256|hmac-sha256):.*");
    private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{64}");

    private static final String WEB_SOCKET = "; only the key was checked, by HTTP, and no WebSocket was opened";

    private final Terminal terminal;

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    @Option(
            names = "--api-url",
            paramLabel = "URL",
            description =
                    "The server the key is for, by https, or by http on this machine; ws and wss are asked by http and"
                            + " https. Its path, or " + Probe.WHOAMI
                            + " without one, must need a key. Default: the one that"
                            + " is stored.")
    private @Nullable String apiUrl;

    @Option(
            names = "--hex-key",
            description = "Take 64 hexadecimal digits for a key, such as `openssl rand -hex 32` makes. Without this"
                    + " option they are refused, because they may be a hash, which no server accepts.")
    private boolean hexKey;

    @Option(names = "--json", description = "Print JSON: stored, id, prefix, origin, check, reason.")
    private boolean json;

    LoginCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        ServiceUrl given = apiUrl == null ? null : privateUrl(apiUrl);
        CredentialPlace place = options.place(terminal);
        ServiceUrl url = given == null ? place.url().orElse(null) : given;
        place.file().requirePermissionsKept();
        Credential credential = new Credential(place.label(), readValidKey(), url);
        Verdict verdict = url == null ? null : Probe.ask(credential);
        if (verdict != null && verdict.answered() == Answered.REJECTED) {
            throw CommandFailure.refused("the key is not stored: " + verdict.reason());
        }
        if (verdict != null && verdict.isAccepted() && options.isRoleOpen()) {
            refuseKeyOfAnotherRole(place, credential);
        }
        store(place, credential, given, verdict);
        terminal.note(describe(verdict) + (url != null && url.isWebSocket() ? WEB_SOCKET : ""));
    }

    /** If no role was named, the key of another role must not replace the stored one. */
    private void refuseKeyOfAnotherRole(CredentialPlace place, Credential credential) {
        Credential before = place.peek().orElse(null);
        if (before == null || before.isSameKeyAs(credential)) {
            return;
        }
        String role = place.label().substring(0, place.label().indexOf('@'));
        List<String> roles = Identity.ask(credential, Probe.WHOAMI).roles(credential);
        if (roles == null || roles.isEmpty() || roles.contains(role)) {
            return;
        }
        String other = roles.get(0);
        options.forRole(other).ifPresent(slot -> {
            throw CommandFailure.refused("the key is not stored: it has the role " + other + ", and " + place.label()
                    + " holds another key, which stays; store this one as " + other
                    + place.label().substring(role.length()) + " with `keyward login " + slot + "`");
        });
    }

    private static ServiceUrl privateUrl(String text) {
        ServiceUrl url = ServiceUrl.parse(text);
        if (!url.origin().isPrivate()) {
            throw CommandFailure.refused(
                    url.origin() + " would get the key unencrypted; use https, or a tunnel to a port of localhost");
        }
        return url;
    }

    private ApiKey readValidKey() {
        ApiKey key = terminal.readKeyWithoutTypo();
        if (HASH.matcher(key.reveal()).matches()) {
            throw CommandFailure.refused("this is a hash and not a key; ask for the key it was made from");
        }
        if (!hexKey && HEX.matcher(key.reveal()).matches()) {
            throw CommandFailure.refused(
                    "this may be a hash and not a key: it is 64 hexadecimal digits; use --hex-key if it is a key of"
                            + " that form, else ask for the key it was made from");
        }
        return key;
    }

    private void store(
            CredentialPlace place, Credential credential, @Nullable ServiceUrl given, @Nullable Verdict verdict) {
        boolean exposed = place.file().isExposed();
        place.keep(credential.key(), given);
        if (options.isOwnFile()) {
            place.file().closeDirectory();
        }
        terminal.show(
                json
                        ? AuthStatusCommand.jsonOf(credential, verdict).print()
                        : "stored " + credential.label() + ": " + credential.description() + ", for "
                                + credential.target() + "\n");
        if (exposed) {
            terminal.note(place.file().path() + " could be read by other users of this machine and is private now; have"
                    + " the keys replaced that were in it");
        }
    }

    private static String describe(@Nullable Verdict verdict) {
        if (verdict == null) {
            return "not checked with a server, because none is known; name it with --api-url";
        }
        return (verdict.isAccepted() ? "" : "could not tell whether the key is valid: ") + verdict.reason();
    }
}
