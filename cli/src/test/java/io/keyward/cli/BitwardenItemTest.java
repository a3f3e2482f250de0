package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code keyward issue --output bitwarden} prints, and that the stand-in would notice if it were otherwise. */
class BitwardenItemTest {
    @TempDir
    private Path directory;

    @Test
    void isAnItemThatBitwardenTakes() {
        JsonObject item = read(issued());

        assertDoesNotThrow(() -> BitwardenStandIn.check(item));
    }

    @ParameterizedTest
    @CsvSource({
        "'\"type\": 1,\n    \"name\"', '\"type\": 2,\n    \"name\"'",
        "'\"name\": \"Fetch', '\"title\": \"Fetch'",
        "'\"favorite\": false', '\"favorite\": \"no\"'",
        "'\"password\"', '\"passphrase\"'",
        "'\"type\": 1\n', '\"type\": 0\n'",
        "'api_key_hash', 'apiKeyHash'",
        "'\"reprompt\": 0', '\"reprompt\": 2'",
    })
    void standInNoticesWhatIsOtherwise(String part, String instead) {
        String item = issued();
        String changed = item.replace(part, instead);

        assertNotEquals(item, changed, "the part is not there to be changed");
        assertThrows(IllegalArgumentException.class, () -> BitwardenStandIn.check(read(changed)));
    }

    private String issued() {
        return Outcome.of(
                        "issue",
                        "--role",
                        "client",
                        "--owner",
                        "alice",
                        "--output",
                        "bitwarden",
                        "--file",
                        directory.resolve(".env").toString())
                .out();
    }

    private static JsonObject read(String text) {
        try (var reader = Json.createReader(new StringReader(text))) {
            return reader.readObject();
        }
    }
}
