package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import io.keyward.store.IssuedKey;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreException;
import java.time.Instant;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Shows a key that was just stored, or undoes the change if the key cannot be shown. */
final class KeyOutput {
    private static final String ITEM_NAME = "API key {id} of {owner}";
    private static final String SECRET_NAME = "api-key-{id}";

    /** What the key is printed as. */
    enum Form {
        TEXT("text"),
        JSON("json"),
        ENV("env"),
        BITWARDEN("bitwarden"),
        ONE_PASSWORD("1password"),
        KUBERNETES("kubernetes");

        private final String label;

        Form(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORM",
            defaultValue = "text",
            description = "text (the key alone), json, env (a line for the holder's .env), bitwarden (an item for `bw"
                    + " encode | bw create item`), 1password (an item for `op item create -`) or kubernetes (a Secret"
                    + " for `kubectl apply -f -`). Of several keys, text is CSV with id, owner, name and key, and an"
                    + " item is one line. Default: ${DEFAULT-VALUE}.")
    private Form form = Form.TEXT;

    @Option(names = "--json", description = "The same as --output json.")
    private boolean json;

    @Option(
            names = "--item-name",
            paramLabel = "TEMPLATE",
            description =
                    "Name of the Bitwarden or 1Password item, or of the Secret; {owner}, {name} and {id} are replaced."
                            + " Default: " + ITEM_NAME + "; for a Secret, " + SECRET_NAME + ".")
    private @Nullable String itemName;

    @Option(
            names = "--variable",
            paramLabel = "NAME",
            converter = VariableName.class,
            defaultValue = "API_KEY",
            description = "Variable of --output env, and name in the data of a Secret. Default: ${DEFAULT-VALUE}.")
    private String variable = "API_KEY";

    static final class VariableName implements ITypeConverter<String> {
        private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");

        @Override
        public String convert(String value) {
            if (!NAME.matcher(value).matches()) {
                throw new TypeConversionException("must be letters, digits and _, and not begin with a digit");
            }
            return value;
        }
    }

    /**
     * Shows the key.
     *
     * @param undo puts back what was stored before
     * @throws CommandFailure if it could not be shown; then it is not stored any more, or the message says that it
     *     may still be
     */
    void show(IssuedKey issued, Terminal terminal, Runnable undo) {
        show(textOf(issued), issued.id(), terminal, undo);
    }

    private static void show(String text, String id, Terminal terminal, Runnable undo) {
        try {
            terminal.showKey(text);
        } catch (CommandFailure notShown) {
            try {
                undo.run();
            } catch (StoreException | StoreConflictException e) {
                throw notShown.saying(
                        "; nobody has seen key `" + id + "`, and it could not be taken back: " + e.getMessage());
            }
            throw notShown.saying("; the key was not stored");
        }
    }

    boolean isJson() {
        return json || form == Form.JSON;
    }

    /**
     * Prepares to show several keys.
     *
     * @throws CommandFailure if the form is for one key only
     */
    Series series(Terminal terminal) {
        if (!isJson() && form == Form.ENV) {
            throw CommandFailure.usage(
                    "--output env is for one key; for several use text, json, bitwarden, 1password or kubernetes");
        }
        if (itemName != null && !itemName.contains("{id}")) {
            throw CommandFailure.usage("--item-name must have {id} in it, which tells the items of several keys apart");
        }
        return new Series(terminal);
    }

    /** Shows several keys, each as soon as it is stored, so an interruption loses none. */
    final class Series {
        private final Terminal terminal;
        private boolean begun;

        private Series(Terminal terminal) {
            this.terminal = terminal;
        }

        /**
         * Shows one key.
         *
         * @param undo puts back what was stored before
         * @throws CommandFailure as {@link KeyOutput#show}; then the others cannot be shown either
         */
        void show(IssuedKey issued, Runnable undo) {
            KeyOutput.show(itemOf(issued), issued.id(), terminal, undo);
            begun = true;
        }

        private String itemOf(IssuedKey issued) {
            return switch (isJson() ? Form.JSON : form) {
                case TEXT, ENV -> (begun ? "" : "id,owner,name,key\n") + csvOf(issued);
                case JSON -> (begun ? ",\n" : "[\n") + jsonOf(issued).print().stripTrailing();
                case BITWARDEN -> new BitwardenItem(issued, filled(ITEM_NAME, issued)).json() + "\n";
                case ONE_PASSWORD -> new OnePasswordItem(issued, filled(ITEM_NAME, issued)).json() + "\n";
                case KUBERNETES -> (begun ? "---\n" : "") + textOf(issued);
            };
        }

        /** Ends the output. Must not be called if a key could not be shown. */
        void end() {
            if (isJson()) {
                terminal.show(begun ? "\n]\n" : "[]\n");
            }
        }
    }

    private static String csvOf(IssuedKey issued) {
        ApiKeyRecord record = issued.record();
        return "%s,%s,%s,%s\n"
                .formatted(
                        record.id(),
                        quoted(record.owner()),
                        quoted(record.name()),
                        issued.key().reveal());
    }

    /** Quotes a cell as RFC 4180 says, where it needs it. */
    private static String quoted(@Nullable String cell) {
        if (cell == null) {
            return "";
        }
        return cell.matches("[^\",;]*") ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    private String textOf(IssuedKey issued) {
        return switch (isJson() ? Form.JSON : form) {
            case TEXT -> issued.key().reveal() + "\n";
            case ENV -> variable + "=" + issued.key().reveal() + "\n";
            case JSON -> jsonOf(issued).print();
            case BITWARDEN ->
                new BitwardenItem(issued, filled(ITEM_NAME, issued)).json().print();
            case ONE_PASSWORD ->
                new OnePasswordItem(issued, filled(ITEM_NAME, issued)).json().print();
            case KUBERNETES -> new KubernetesSecret(issued, filled(SECRET_NAME, issued), variable).yaml();
        };
    }

    private static Json jsonOf(IssuedKey issued) {
        Json withKey = Json.object().add("key", issued.key().reveal());
        return new RecordText(issued.record(), Instant.now(), false).addTo(withKey);
    }

    private String filled(String template, IssuedKey issued) {
        ApiKeyRecord record = issued.record();
        return (itemName == null ? template : itemName)
                .replace("{id}", record.id())
                .replace("{owner}", Objects.requireNonNullElse(record.owner(), record.id()))
                .replace("{name}", Objects.requireNonNullElse(record.name(), ""));
    }

    /** Returns what an item notes of a key, apart from its text. */
    static String noteOf(ApiKeyRecord record) {
        Object end = record.current().expiresAt();
        return "key id " + record.id() + (end == null ? "" : ", expires " + end);
    }
}
