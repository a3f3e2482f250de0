package io.keyward.cli;

import io.keyward.ApiKeyRecord;
import io.keyward.store.IssuedKey;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreException;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;
import java.util.Objects;
import picocli.CommandLine.Option;

/** Shows a key that was just stored, in the form asked for, or undoes what was stored. */
final class HandOver {
    private static final String ID = "{id}";
    private static final String OWNER = "{owner}";
    private static final String NAME = "{name}";

    /** What the key is printed as. */
    enum Output {
        text,
        json,
        env,
        bitwarden
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "text",
            description = "text (the key alone), json, env (a line for the holder's .env) or bitwarden (an item for"
                    + " `bw encode | bw create item`). Default: ${DEFAULT-VALUE}.")
    private Output output = Output.text;

    @Option(names = "--json", description = "The same as --output json.")
    private boolean json;

    @Option(
            names = "--item-name",
            paramLabel = "TEMPLATE",
            defaultValue = "FetchML API – {owner}",
            description =
                    "Name of the Bitwarden item; {owner}, {name} and {id} are replaced. Default: ${DEFAULT-VALUE}.")
    private String itemName = "FetchML API – {owner}";

    @Option(
            names = "--variable",
            paramLabel = "NAME",
            defaultValue = "API_KEY",
            description = "Variable of --output env. Default: ${DEFAULT-VALUE}.")
    private String variable = "API_KEY";

    /**
     * Shows the key.
     *
     * @param undo puts back what was stored before
     * @throws CommandFailure if it could not be shown; then it is not stored any more, or the message says that it may be
     */
    void show(IssuedKey issued, Terminal terminal, Runnable undo) {
        String text = textOf(issued);
        try {
            terminal.showKey(text);
        } catch (CommandFailure notShown) {
            throw undone(issued.id(), notShown, undo);
        }
    }

    private static CommandFailure undone(String id, CommandFailure notShown, Runnable undo) {
        try {
            undo.run();
            return CommandFailure.file(notShown.getMessage() + "; the key was not stored", notShown);
        } catch (StoreException | StoreConflictException e) {
            return CommandFailure.file(
                    notShown.getMessage() + "; nobody has seen key `" + id + "`, and it could not be taken back: "
                            + e.getMessage(),
                    e);
        }
    }

    private String textOf(IssuedKey issued) {
        return switch (json ? Output.json : output) {
            case text -> issued.key().reveal() + "\n";
            case env -> variable + "=" + issued.key().reveal() + "\n";
            case json -> Json.print(jsonOf(issued).build());
            case bitwarden -> Json.print(bitwardenItem(issued).build());
        };
    }

    private static JsonObjectBuilder jsonOf(IssuedKey issued) {
        JsonObjectBuilder object = Json.object().add("key", issued.key().reveal());
        object.addAll(new RecordText(issued.record(), Instant.now(), false).json());
        return object;
    }

    /** A login item as Bitwarden's command line takes it: type 1 is a login, a field of type 1 is hidden. */
    private JsonObjectBuilder bitwardenItem(IssuedKey issued) {
        ApiKeyRecord record = issued.record();
        String hash = record.current().hash().reveal();
        JsonObjectBuilder login = Json.object()
                .add("uris", jakarta.json.Json.createArrayBuilder())
                .add("username", Objects.requireNonNullElse(record.owner(), record.id()))
                .add("password", issued.key().reveal())
                .addNull("totp");
        JsonObjectBuilder hidden = Json.object()
                .add("name", "api_key_hash")
                .add("value", hash.substring(hash.lastIndexOf(':') + 1))
                .add("type", 1);
        Object end = record.current().expiresAt();
        return Json.object()
                .addNull("organizationId")
                .addNull("collectionIds")
                .addNull("folderId")
                .add("type", 1)
                .add("name", filled(record))
                .add("notes", "key id " + record.id() + (end == null ? "" : ", expires " + end))
                .add("favorite", false)
                .add("fields", jakarta.json.Json.createArrayBuilder().add(hidden))
                .add("login", login)
                .add("reprompt", 0);
    }

    private String filled(ApiKeyRecord record) {
        return itemName.replace(OWNER, Objects.requireNonNullElse(record.owner(), record.id()))
                .replace(NAME, Objects.requireNonNullElse(record.name(), ""))
                .replace(ID, record.id());
    }
}
