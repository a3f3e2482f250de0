package io.keyward.cli.holder;

import io.keyward.cli.holder.Server.Answer;
import io.keyward.cli.holder.Server.NoAnswerException;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds what a server says about the key that it was sent.
 *
 * @param exitCode the exit code that the answer makes
 * @param reason why the server says nothing about the key; null if it does
 * @param body the object that it sent; null if there is none
 */
record Identity(
        int exitCode, @Nullable String reason, @Nullable JsonObject body) {
    private static final int OK = 200;

    /** Asks the server of a credential, and no other server, whose key it is. */
    static Identity ask(Credential credential, String path) {
        if (credential.url() == null) {
            return unknown(ExitCode.OK, "owner and roles are not known: the key was stored without a server");
        }
        if (!path.startsWith("/")) {
            throw CommandFailure.usage("--path must begin with a slash");
        }
        ServiceUrl url = ServiceUrl.parse(credential.url().origin() + path);
        if (!url.origin().isPrivate()) {
            return unknown(ExitCode.REFUSED, url.origin() + " would get the key unencrypted; it is not asked");
        }
        try {
            return read(Server.get(url, credential.key()), url);
        } catch (NoAnswerException e) {
            return new Identity(ExitCode.REFUSED, String.valueOf(e.getMessage()), null);
        }
    }

    private static Identity unknown(int exitCode, String reason) {
        return new Identity(exitCode, reason, null);
    }

    private static Identity read(Answer answer, ServiceUrl url) {
        String what = url + " answered " + answer.status();
        if (answer.status() == OK) {
            JsonObject body = Json.objectIn(answer.body()).orElse(null);
            return body == null
                    ? unknown(ExitCode.OK, what + " and no JSON object, so owner and roles are not known")
                    : new Identity(ExitCode.OK, null, body);
        }
        return switch (answer.status()) {
            case 401 -> unknown(ExitCode.REFUSED, what + ": the server does not accept the key");
            case 403 -> unknown(ExitCode.OK, what + ": the key is valid but lacks the role for that path");
            case 404 ->
                unknown(
                        ExitCode.OK,
                        what
                                + ": the server has no such endpoint, which says nothing about the key; --path names another"
                                + " one");
            default -> unknown(ExitCode.REFUSED, what + ", so owner and roles are not known");
        };
    }

    @Nullable
    String text(String name, Credential credential) {
        return body != null && body.get(name) instanceof JsonString text ? clean(text.getString(), credential) : null;
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

    /** The answer of a server may have the key in it, or characters that move the cursor. */
    private static String clean(String text, Credential credential) {
        return KeyMask.in(Terminal.oneLine(text), credential.key());
    }
}
