package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.SpanConverter;
import io.keyward.cli.terminal.Terminal;
import io.keyward.store.ChangeRefusedException;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreException;
import jakarta.json.JsonArrayBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The options that say which keys a change is for, and what several changes at once need: a look before, and a
 * question.
 */
final class Selection {
    @Parameters(paramLabel = "ID", arity = "0..*", description = "Key ids.")
    private List<String> ids = List.of();

    @Mixin
    private KeyByText byText = new KeyByText();

    @Option(names = "--owner", paramLabel = "WHO", description = "All keys of this owner that are not revoked.")
    private @Nullable String owner;

    @Option(names = "--role", paramLabel = "ROLE", description = "All keys with this role that are not revoked.")
    private @Nullable String role;

    @Option(
            names = "--match",
            paramLabel = "TEXT",
            description = "All keys with this text in their id, owner or name that are not revoked.")
    private @Nullable String match;

    @Option(
            names = "--ending-within",
            paramLabel = "SPAN",
            converter = SpanConverter.class,
            description =
                    "All keys that end within this time, like 14d, and are not revoked. Several such options select the"
                            + " keys that fit all of them.")
    private @Nullable Duration endingWithin;

    @Option(names = "--dry-run", description = "Print which keys would be changed, and change none.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Change several keys without being asked.")
    private boolean yes;

    /**
     * Asks for the text of the key, where one is selected by it; its id is then the one that was given.
     *
     * @throws CommandFailure if no key has the text, or keys are selected in another way, too
     */
    void askForText(OpenKeys keys, Terminal terminal) {
        if (!byText.isGiven()) {
            return;
        }
        if (!ids.isEmpty() || !criteria().isEmpty()) {
            throw CommandFailure.usage(
                    "name ids, select keys, or give one by its text with --key -; not several of these");
        }
        ids = List.of(byText.askForId(keys, terminal));
    }

    /** Returns the one id that was given; null where several keys may be meant, or only a look is asked for. */
    @Nullable
    String onlyId() {
        return ids.size() == 1 && criteria().isEmpty() && !dryRun ? ids.get(0) : null;
    }

    private Criteria criteria() {
        return new Criteria(owner, role, match, endingWithin);
    }

    /**
     * Changes each of the selected keys, whole or not at all, and prints what was done.
     *
     * @param records the keys
     * @param place what messages call the place of the keys
     * @param verb what is done, like {@code revoke}
     * @return the exit code: 1 if any key could not be changed
     * @throws CommandFailure if none is selected, or nobody agreed
     */
    int change(
            List<ApiKeyRecord> records,
            String place,
            Terminal terminal,
            String verb,
            Function<String, ApiKeyRecord> change,
            boolean json) {
        List<Row> rows = rows(records);
        if (rows.isEmpty()) {
            throw CommandFailure.refused("no key of " + place + " matches; nothing was changed");
        }
        if (!dryRun) {
            agree(rows.size(), verb, terminal);
            rows = rows.stream().map(row -> row.changedBy(change, terminal)).toList();
        }
        long failed = rows.stream().filter(row -> row.failure() != null).count();
        long fine = rows.size() - failed;
        terminal.note((dryRun ? "would " + verb + " " : verb + ": ") + fine + (fine == 1 ? " key" : " keys") + " of "
                + place + (failed == 0 ? "" : "; " + failed + " could not be changed"));
        terminal.show(json ? jsonOf(rows) : table(rows));
        return failed == 0 ? ExitCode.OK : ExitCode.REFUSED;
    }

    private List<Row> rows(List<ApiKeyRecord> records) {
        Criteria criteria = criteria();
        if (ids.isEmpty() && criteria.isEmpty()) {
            throw CommandFailure.usage(
                    "name the ids of keys, or select them by --owner, --role, --match, --ending-within or --key -");
        }
        if (ids.isEmpty()) {
            Instant now = Instant.now();
            return records.stream()
                    .filter(record -> record.state() != KeyState.REVOKED && criteria.fits(record, now))
                    .sorted(Comparator.comparing(ApiKeyRecord::id))
                    .map(record -> new Row(record.id(), record, "would be changed", null))
                    .toList();
        }
        if (!criteria.isEmpty()) {
            throw CommandFailure.usage("name ids or select keys, not both");
        }
        List<Row> rows = new ArrayList<>();
        for (String id : new LinkedHashSet<>(ids)) {
            ApiKeyRecord found = records.stream()
                    .filter(record -> record.id().equals(id))
                    .findFirst()
                    .orElse(null);
            rows.add(
                    found == null
                            ? new Row(id, null, "failed", "there is no such key")
                            : new Row(id, found, "would be changed", null));
        }
        return rows;
    }

    private void agree(int count, String verb, Terminal terminal) {
        if (yes) {
            return;
        }
        String keys = count + (count == 1 ? " key" : " keys");
        if (!terminal.isInteractive()) {
            throw CommandFailure.usage("this would " + verb + " " + keys + "; say --yes, or --dry-run to see which");
        }
        String answer = terminal.readSecret(verb + " " + keys + "? Type yes: ");
        if (!answer.strip().equalsIgnoreCase("yes")) {
            throw CommandFailure.refused("nothing was changed");
        }
    }

    private static String table(List<Row> rows) {
        int width = rows.stream().mapToInt(row -> row.id().length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            text.append(Terminal.printable(row.line(width)).replace('\n', '?')).append('\n');
        }
        return text.toString();
    }

    private static String jsonOf(List<Row> rows) {
        JsonArrayBuilder array = jakarta.json.Json.createArrayBuilder();
        rows.forEach(row -> {
            var object = Json.object().add("id", row.id());
            Json.add(object, "owner", row.record() == null ? null : row.record().owner());
            Json.add(
                    object,
                    "expiresAt",
                    row.record() == null ? null : row.record().current().expiresAt());
            object.add("result", row.result());
            array.add(Json.add(object, "reason", row.failure()));
        });
        return Json.print(array.build());
    }

    /** What became of one key: its record afterwards, and why it could not be changed. */
    private record Row(
            String id,
            @Nullable ApiKeyRecord record,
            String result,
            @Nullable String failure) {
        Row changedBy(Function<String, ApiKeyRecord> change, Terminal terminal) {
            if (failure != null) {
                return this;
            }
            try {
                return new Row(id, terminal.uninterrupted(() -> change.apply(id)), "done", null);
            } catch (ChangeRefusedException | StoreConflictException | StoreException | CommandFailure e) {
                return new Row(id, record, "failed", e.getMessage());
            }
        }

        String line(int width) {
            Instant end = record == null ? null : record.current().expiresAt();
            return id
                    + " ".repeat(width - id.length() + 2)
                    + result
                    + (failure == null ? "" : ": " + failure)
                    + (record == null ? "" : "  " + Objects.requireNonNullElse(record.owner(), "-"))
                    + (end == null ? "" : "  ends " + end);
        }
    }
}
