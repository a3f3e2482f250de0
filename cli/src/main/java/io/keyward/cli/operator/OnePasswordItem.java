package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.cli.terminal.Json;
import io.keyward.store.IssuedKey;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.util.Objects;

/**
 * Describes a key as an item of the category API Credential for {@code op item create -}, with the fields that
 * {@code op item template get "API Credential"} prints.
 */
record OnePasswordItem(IssuedKey issued, String title) {
    JsonObject json() {
        ApiKeyRecord record = issued.record();
        return Json.object()
                .add("title", title)
                .add("category", "API_CREDENTIAL")
                .add(
                        "fields",
                        Json.array()
                                .add(field("notesPlain", "STRING", "notesPlain", KeyOutput.noteOf(record))
                                        .add("purpose", "NOTES"))
                                .add(field(
                                        "username",
                                        "STRING",
                                        "username",
                                        Objects.requireNonNullElse(record.owner(), record.id())))
                                .add(field(
                                        "credential",
                                        "CONCEALED",
                                        "credential",
                                        issued.key().reveal())))
                .build();
    }

    private static JsonObjectBuilder field(String id, String type, String label, String value) {
        return Json.object().add("id", id).add("type", type).add("label", label).add("value", value);
    }
}
