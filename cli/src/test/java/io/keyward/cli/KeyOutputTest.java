package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms in which {@code issue} and {@code rotate} print a key. */
class KeyOutputTest {
    private static final Pattern KEY = Pattern.compile("kw_live_[0-9A-Za-z]{44}");

    @TempDir
    private Path directory;

    private Outcome issue(String... further) {
        List<String> args = new ArrayList<>(
                List.of("issue", "--role=client", "--owner=alice", "--file=" + directory.resolve(".env")));
        args.addAll(List.of(further));
        return Outcome.of(args.toArray(String[]::new));
    }

    @Test
    @DisplayName("issue 18.11 is an API credential of 1Password with the key in its concealed field only")
    void isItemOfOnePassword() {
        String out = issue("--output=1password").out();

        JsonObject item = Json.createReader(new StringReader(out)).readObject();
        assertEquals("API_CREDENTIAL", item.getString("category"));
        JsonObject credential = item.getJsonArray("fields").getValuesAs(JsonObject.class).stream()
                .filter(field -> field.get("type") instanceof JsonString type
                        && type.getString().equals("CONCEALED"))
                .findFirst()
                .orElseThrow();
        String key = credential.getString("value");
        assertEquals("credential", credential.getString("id"));
        assertEquals("API key " + idOf(key) + " of alice", item.getString("title"));
        assertEquals(out.indexOf(key), out.lastIndexOf(key), "the key is there twice");
        assertFalse(out.contains("sha256"), out);
    }

    @Test
    @DisplayName("issue 18.11 is a Secret of Kubernetes")
    void isSecretOfKubernetes() {
        String out = issue("--output=kubernetes", "--variable=CLIENT_KEY").out();

        Matcher key = KEY.matcher(out);
        assertTrue(key.find(), "no key");
        String id = idOf(key.group());
        assertEquals("""
                apiVersion: v1
                kind: Secret
                metadata:
                  name: "api-key-%s"
                  annotations:
                    key-id: "%s"
                type: Opaque
                stringData:
                  CLIENT_KEY: "%s"
                """.formatted(id, id, key.group()), out);
    }

    @Test
    void secretHasNameThatKubernetesTakes() {
        String out = issue("--output=kubernetes", "--item-name=Lab: \"{owner}\"\n x_")
                .out();

        assertTrue(out.contains("\n  name: \"lab-alice-x\"\n"), out);
    }

    @ParameterizedTest
    @ValueSource(strings = {"A B", "1A", "", "A=1", "A\nB"})
    void refusesVariableThatIsNone(String variable) {
        Outcome outcome = issue("--output=env", "--variable=" + variable);

        assertEquals(2, outcome.exitCode());
        assertEquals("", outcome.out());
        assertFalse(Files.exists(directory.resolve(".env")));
    }

    @Test
    void refusesFormThatIsNone() {
        Outcome outcome = issue("--output=lastpass");

        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains("1password"), outcome.err());
    }

    private static String idOf(String key) {
        return KeyFormat.of("kw_live").idOf(ApiKey.of(key));
    }
}
