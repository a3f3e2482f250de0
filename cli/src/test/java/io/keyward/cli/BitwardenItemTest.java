package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
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
        "'\"name\": \"API', '\"title\": \"API'",
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

    @Test
    @DisplayName("BR-37 two keys of one person, and owners whose names contain each other, are told apart by the id")
    void namesTellItemsApart() {
        Set<String> ids = new HashSet<>();
        for (String owner : List.of("bob", "bobby", "bob")) {
            JsonObject item = read(issued(owner));
            String id = KeyFormat.of("kw_live")
                    .idOf(ApiKey.of(item.getJsonObject("login").getString("password")));
            assertEquals("API key " + id + " of " + owner, item.getString("name"));
            ids.add(id);
        }
        assertEquals(3, ids.size());
    }

    @Test
    void takesTheNameThatIsAskedFor() {
        String item = Outcome.of(
                        "issue",
                        "--role=client",
                        "--owner=alice",
                        "--output=bitwarden",
                        "--item-name=FetchML API - {owner}",
                        "--file=" + directory.resolve(".env"))
                .out();

        assertEquals("FetchML API - alice", read(item).getString("name"));
    }

    private String issued() {
        return issued("alice");
    }

    private String issued(String owner) {
        return Outcome.of(
                        "issue",
                        "--role",
                        "client",
                        "--owner",
                        owner,
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
