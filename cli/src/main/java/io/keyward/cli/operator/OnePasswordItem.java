package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.cli.terminal.Json;
import io.keyward.store.IssuedKey;
import java.util.List;
import java.util.Objects;

/**
 * Describes a key as an item of the category API Credential for {@code op item create -}, with the fields that
 * {@code op item template get "API Credential"} prints.
 */
record OnePasswordItem(IssuedKey issued, String title) {
    Json json() {
        ApiKeyRecord record = issued.record();
        return Json.object()
                .add("title", title)
                .add("category", "API_CREDENTIAL")
                .add(
                        "fields",
                        List.of(
                                field("notesPlain", "STRING", KeyOutput.noteOf(record))
                                        .add("purpose", "NOTES"),
                                field("username", "STRING", Objects.requireNonNullElse(record.owner(), record.id())),
                                field("credential", "CONCEALED", issued.key().reveal())));
    }

    private static Json field(String id, String type, String value) {
        return Json.object().add("id", id).add("type", type).add("label", id).add("value", value);
    }
}
