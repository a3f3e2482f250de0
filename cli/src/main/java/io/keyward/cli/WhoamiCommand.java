package io.keyward.cli;

import io.keyward.cli.Server.Answer;
import io.keyward.cli.Server.NoAnswerException;
import jakarta.json.JsonArray;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says whose key is stored. */
@Command(
        name = "whoami",
        description = {
            "Says which key is stored, and whose the server says it is.",
            "",
            "Id and prefix stand in the key itself. Owner and roles the server tells, if it has " + Probe.WHOAMI
                    + " or the path given by --path; the key goes only to the server it was stored for."
        },
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {
            "0:told, as far as the server tells",
            "1:no key is stored, the server refuses it, or did not answer",
            ExitCode.USAGE_LINE,
            ExitCode.FILE_LINE
        },
        footer = {"", "Examples:", "  keyward whoami", "  keyward whoami --role admin --path /me"})
final class WhoamiCommand implements Callable<Integer>, Arguments.TakesSecret {
    private static final int OK = 200;

    private final Terminal terminal;
    private final Server server = new Server();

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    @Option(
            names = "--path",
            paramLabel = "PATH",
            defaultValue = Probe.WHOAMI,
            description = "Where the server says whose key it was shown. Default: ${DEFAULT-VALUE}.")
    private String path = Probe.WHOAMI;

    @Option(
            names = "--json",
            description =
                    "Print JSON: stored, id, prefix, origin, owner, name, roles, reason. What the server does not tell"
                            + " is null.")
    private boolean json;

    WhoamiCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Credential credential = options.place(terminal).require();
        Told told = ask(credential);
        terminal.show(json ? asJson(credential, told) : asText(credential, told));
        if (!json && told.reason() != null) {
            terminal.note(told.reason());
        }
        return told.exitCode();
    }

    private Told ask(Credential credential) {
        if (credential.url() == null) {
            return new Told(ExitCode.OK, "owner and roles are not known: the key was stored without a server", null);
        }
        ServiceUrl url = at(credential.url(), path);
        if (!url.origin().isPrivate()) {
            return new Told(ExitCode.REFUSED, url.origin() + " would get the key unencrypted; it is not asked", null);
        }
        try {
            return read(server.get(url, credential.key()), url);
        } catch (NoAnswerException e) {
            return new Told(ExitCode.REFUSED, String.valueOf(e.getMessage()), null);
        }
    }

    private static ServiceUrl at(ServiceUrl server, String path) {
        if (!path.startsWith("/")) {
            throw CommandFailure.usage("--path must begin with a slash");
        }
        return ServiceUrl.parse(server.origin() + path);
    }

    private static Told read(Answer answer, ServiceUrl url) {
        String what = url + " answered " + answer.status();
        if (answer.status() == OK) {
            JsonObject body = objectIn(answer.body());
            return body == null
                    ? new Told(ExitCode.OK, what + " and no JSON object, so owner and roles are not known", null)
                    : new Told(ExitCode.OK, null, body);
        }
        return switch (answer.status()) {
            case 401 -> new Told(ExitCode.REFUSED, what + ": the server does not accept the key", null);
            case 403 -> new Told(ExitCode.OK, what + ": the key is valid and lacks the role for that path", null);
            case 404 ->
                new Told(
                        ExitCode.OK,
                        what
                                + ": the server has no such endpoint, which says nothing against the key; --path names another",
                        null);
            default -> new Told(ExitCode.REFUSED, what + ", so owner and roles are not known", null);
        };
    }

    private static @Nullable JsonObject objectIn(String body) {
        try (var reader = jakarta.json.Json.createReader(new StringReader(body))) {
            return reader.readValue() instanceof JsonObject object ? object : null;
        } catch (JsonException notJson) {
            return null;
        }
    }

    private static String asText(Credential credential, Told told) {
        String text = credential.label() + ": " + credential.description() + ", for " + credential.target() + "\n";
        String owner = told.text("owner", credential);
        String name = told.text("name", credential);
        List<String> roles = told.roles(credential);
        return text
                + (owner == null ? "" : "owner: " + owner + "\n")
                + (name == null ? "" : "name: " + name + "\n")
                + (roles == null ? "" : "roles: " + (roles.isEmpty() ? "none" : String.join(", ", roles)) + "\n");
    }

    private static String asJson(Credential credential, Told told) {
        var object = Json.object().add("stored", credential.label());
        Json.add(object, "id", credential.id().orElse(null));
        Json.add(object, "prefix", credential.prefix().orElse(null));
        Json.add(
                object,
                "origin",
                credential.url() == null ? null : credential.url().origin());
        Json.add(object, "owner", told.text("owner", credential));
        Json.add(object, "name", told.text("name", credential));
        List<String> roles = told.roles(credential);
        if (roles == null) {
            object.addNull("roles");
        } else {
            object.add("roles", jakarta.json.Json.createArrayBuilder(roles));
        }
        Json.add(object, "reason", told.reason());
        return Json.print(object.build());
    }

    /** What the server told: the exit code it makes, why it told nothing, and the object it sent. */
    private record Told(
            int exitCode, @Nullable String reason, @Nullable JsonObject body) {
        @Nullable
        String text(String name, Credential credential) {
            return body != null && body.get(name) instanceof JsonString text
                    ? clean(text.getString(), credential)
                    : null;
        }

        @Nullable
        List<String> roles(Credential credential) {
            return body != null && body.get("roles") instanceof JsonArray roles
                    ? roles.stream()
                            .filter(role -> role.getValueType() == JsonValue.ValueType.STRING)
                            .map(role -> clean(((JsonString) role).getString(), credential))
                            .toList()
                    : null;
        }

        /** A server may send back the key, or what moves the cursor. */
        private static String clean(String text, Credential credential) {
            return KeyMask.in(Terminal.printable(text).replace('\n', '?'), credential.key());
        }
    }
}
