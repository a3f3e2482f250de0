package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.cli.terminal.Json;
import io.keyward.store.IssuedKey;
import jakarta.json.JsonObject;
import java.util.Objects;

/**
 * Describes a key as a login item for {@code bw encode | bw create item}: type 1 is a login, a field of type 1 is
 * hidden.
 */
record BitwardenItem(IssuedKey issued, String name) {
    JsonObject json() {
        ApiKeyRecord record = issued.record();
        String hash = record.current().hash().reveal();
        var login = Json.object()
                .add("uris", Json.array())
                .add("username", Objects.requireNonNullElse(record.owner(), record.id()))
                .add("password", issued.key().reveal())
                .addNull("totp");
        var hidden = Json.object()
                .add("name", "api_key_hash")
                .add("value", hash.substring(hash.lastIndexOf(':') + 1))
                .add("type", 1);
        return Json.object()
                .addNull("organizationId")
                .addNull("collectionIds")
                .addNull("folderId")
                .add("type", 1)
                .add("name", name)
                .add("notes", KeyOutput.noteOf(record))
                .add("favorite", false)
                .add("fields", Json.array().add(hidden))
                .add("login", login)
                .add("reprompt", 0)
                .build();
    }
}
