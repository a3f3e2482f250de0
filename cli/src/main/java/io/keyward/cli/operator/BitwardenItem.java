package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.cli.terminal.Json;
import io.keyward.store.IssuedKey;
import java.util.List;
import java.util.Objects;

/**
 * Describes a key as a login item for {@code bw encode | bw create item}: type 1 is a login, a field of type 1 is
 * hidden.
 */
record BitwardenItem(IssuedKey issued, String name) {
    Json json() {
        ApiKeyRecord record = issued.record();
        String hash = record.current().hash().reveal();
        var login = Json.object()
                .add("uris", List.of())
                .add("username", Objects.requireNonNullElse(record.owner(), record.id()))
                .add("password", issued.key().reveal())
                .add("totp", null);
        var hidden = Json.object()
                .add("name", "api_key_hash")
                .add("value", hash.substring(hash.lastIndexOf(':') + 1))
                .add("type", 1);
        return Json.object()
                .add("organizationId", null)
                .add("collectionIds", null)
                .add("folderId", null)
                .add("type", 1)
                .add("name", name)
                .add("notes", KeyOutput.noteOf(record))
                .add("favorite", false)
                .add("fields", List.of(hidden))
                .add("login", login)
                .add("reprompt", 0);
    }
}
