package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyState;
import io.keyward.cli.store.DatabaseOptions;
import io.keyward.cli.terminal.ActorOption;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.FileOptions;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.RolesOption;
import io.keyward.cli.terminal.Terminal;
import io.keyward.store.ChangeCause;
import io.keyward.store.ChangeCause.Action;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a command that copies keys from one place to another, and what it prints for each key. */
final class Transfer {
    private static final String TO_BE_DONE = "would be stored";
    private static final String DONE = "stored";
    private static final String THERE = "there already";
    private static final String FAILED = "failed";

    @Mixin
    private RolesOption roles = new RolesOption();

    @Mixin
    private DatabaseOptions database = new DatabaseOptions();

    @Mixin
    private ActorOption who = new ActorOption();

    @Mixin
    private ConfirmationOptions confirmation = new ConfirmationOptions();

    @Option(names = "--json", description = "Print JSON: an array of id, owner, result, reason.")
    private boolean json;

    /** Returns the roles that the service declares in its code, as far as they were named. */
    List<String> declaredRoles() {
        return roles.names();
    }

    DatabaseOptions database() {
        return database;
    }

    /** Returns the cause of a record that is stored now. */
    ChangeCause cause(Terminal terminal) {
        return ChangeCause.of(Action.IMPORT, who.actor(terminal), Instant.now());
    }

    /**
     * Copies the records that the other place does not have.
     *
     * @param from the records
     * @param there those of the other place
     * @param plaintext the ids of the records that have a key as plaintext, which is not copied
     * @param verb what is done, such as {@code import}
     * @param place what messages call the other place
     * @param check throws what {@code store} would throw for all records; called instead of it in a dry run
     * @param store stores records of version 0; returns why some were refused, by id
     * @return the exit code: 1 if a key was refused
     * @throws CommandFailure if there is no record, or a person does not confirm
     */
    int run(
            Collection<ApiKeyRecord> from,
            Collection<ApiKeyRecord> there,
            Set<String> plaintext,
            String verb,
            String place,
            Consumer<List<ApiKeyRecord>> check,
            Function<List<ApiKeyRecord>, Map<String, String>> store,
            Terminal terminal) {
        if (from.isEmpty()) {
            throw CommandFailure.refused("there is no key to " + verb + "; nothing was stored");
        }
        boolean dryRun = confirmation.isDryRun();
        List<Row> rows = rows(from, there, plaintext);
        List<ApiKeyRecord> chosen = rows.stream()
                .filter(row -> row.result().equals(TO_BE_DONE))
                .map(Row::record)
                .toList();
        if (dryRun && !chosen.isEmpty()) {
            check.accept(chosen);
        }
        if (!dryRun && !chosen.isEmpty()) {
            confirmation.require(
                    verb + " " + ConfirmationOptions.keys(chosen.size()) + " to " + place,
                    "nothing was stored",
                    terminal);
            Map<String, String> refused = store.apply(chosen);
            rows = rows.stream().map(row -> row.after(refused)).toList();
        }
        long failed = countOf(rows, FAILED);
        terminal.note((dryRun ? "would " + verb + " " : verb + ": ")
                + ConfirmationOptions.keys(countOf(rows, dryRun ? TO_BE_DONE : DONE)) + " to " + place + "; "
                + countOf(rows, THERE)
                + " there already" + (failed == 0 ? "" : "; " + failed + " failed"));
        terminal.show(
                json
                        ? Json.print(rows.stream().map(Row::json).toList())
                        : Terminal.table(rows.stream().map(Row::cells).toList()));
        noteWhatServicesNeed(from, terminal);
        return failed == 0 ? ExitCode.OK : ExitCode.REFUSED;
    }

    /** Prints what the keys need and the records do not hold. */
    private static void noteWhatServicesNeed(Collection<ApiKeyRecord> records, Terminal terminal) {
        Set<String> roles = records.stream()
                .flatMap(record -> record.roles().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> peppers = FileOptions.peppersOf(records);
        terminal.note("the services must declare the roles " + roles
                + (peppers.isEmpty() ? "" : ", and have the peppers " + peppers));
    }

    private static List<Row> rows(
            Collection<ApiKeyRecord> from, Collection<ApiKeyRecord> there, Set<String> plaintext) {
        Map<String, ApiKeyRecord> byId = new HashMap<>();
        Map<KeyHash, String> holders = new HashMap<>();
        there.forEach(record -> {
            byId.put(record.id(), plain(record));
            record.secrets().forEach(secret -> holders.put(secret.hash(), record.id()));
        });
        List<Row> rows = new ArrayList<>();
        from.stream()
                .map(Transfer::plain)
                .sorted(Comparator.comparing(ApiKeyRecord::id))
                .forEach(record -> rows.add(row(record, byId, holders, plaintext)));
        return rows;
    }

    private static Row row(
            ApiKeyRecord record, Map<String, ApiKeyRecord> byId, Map<KeyHash, String> holders, Set<String> plaintext) {
        ApiKeyRecord present = byId.get(record.id());
        if (present != null) {
            return present.equals(record)
                    ? new Row(record, THERE, null)
                    : new Row(record, FAILED, difference(record, present));
        }
        Optional<String> holder = record.secrets().stream()
                .map(secret -> holders.get(secret.hash()))
                .filter(Objects::nonNull)
                .findFirst();
        if (holder.isPresent()) {
            return new Row(record, FAILED, "key " + holder.get() + " has the same secret");
        }
        if (plaintext.contains(record.id())) {
            String reason = "it is plaintext in the file; `keyward hash --file` turns it into its hash first";
            return new Row(record, FAILED, reason);
        }
        return new Row(record, TO_BE_DONE, null);
    }

    /** Returns in what two records of one id differ, and what to do. No value is named, because a hash is one. */
    private static String difference(ApiKeyRecord here, ApiKeyRecord there) {
        if (here.state() != there.state() && (here.state() == KeyState.REVOKED || there.state() == KeyState.REVOKED)) {
            return here.state() == KeyState.REVOKED
                    ? "it is revoked, but " + word(there.state()) + " there; revoke it there, too"
                    : "it is " + word(here.state()) + ", but revoked there; revoke it here, too";
        }
        Map<String, Function<ApiKeyRecord, @Nullable Object>> properties = new LinkedHashMap<>();
        properties.put("owner", ApiKeyRecord::owner);
        properties.put("name", ApiKeyRecord::name);
        properties.put("roles", ApiKeyRecord::roles);
        properties.put("permissions", ApiKeyRecord::permissions);
        properties.put("state", ApiKeyRecord::state);
        properties.put("secrets or their windows", ApiKeyRecord::secrets);
        properties.put("metadata", ApiKeyRecord::metadata);
        properties.put("attributes", ApiKeyRecord::attributes);
        String names = properties.entrySet().stream()
                .filter(property -> !Objects.equals(
                        property.getValue().apply(here), property.getValue().apply(there)))
                .map(Map.Entry::getKey)
                .collect(Collectors.joining(", "));
        return "the key differs there in " + (names.isEmpty() ? "when and by whom it was made or changed" : names)
                + "; make one like the other with `keyward change`, or revoke it";
    }

    private static String word(KeyState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** Returns the record without version, and with times as every store can hold them. */
    private static ApiKeyRecord plain(ApiKeyRecord record) {
        List<HashedSecret> secrets = record.secrets().stream()
                .map(secret ->
                        secret.withNotBefore(micros(secret.notBefore())).withExpiresAt(micros(secret.expiresAt())))
                .toList();
        return record.toBuilder().version(0).secrets(secrets).build();
    }

    private static @Nullable Instant micros(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
    }

    private static long countOf(List<Row> rows, String result) {
        return rows.stream().filter(row -> row.result().equals(result)).count();
    }

    private record Row(
            ApiKeyRecord record, String result, @Nullable String reason) {
        Row after(Map<String, String> refused) {
            if (!result.equals(TO_BE_DONE)) {
                return this;
            }
            String why = refused.get(record.id());
            return new Row(record, why == null ? DONE : FAILED, why);
        }

        Json json() {
            return Json.object()
                    .add("id", record.id())
                    .add("owner", record.owner())
                    .add("result", result)
                    .add("reason", reason);
        }

        List<String> cells() {
            return List.of(
                    record.id(),
                    result
                            + (reason == null ? "" : ": " + reason)
                            + "  " + Objects.requireNonNullElse(record.owner(), "-"));
        }
    }
}
