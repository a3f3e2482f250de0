package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.store.StoreOptions;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = {
            "Lists the keys of a file or a database: id, state, roles, owner, name, end. Never a key or a hash.",
            "",
            "Warns on standard error of keys that end within 14 days, of old secrets that are still valid, and of"
                    + " plaintext."
        },
        footer = {
            "  keyward list",
            "  keyward list --file /etc/app/.env --declared-roles client,miner,admin",
            "  keyward list --ending-within 30d --sort end",
            "  keyward list --columns id,owner,used",
            "  keyward list --columns id,owner,created,createdBy,changed,changedBy",
            "  keyward list --match ali --state active --json"
        })
final class ListCommand implements Runnable {
    /** The orders in which keys are listed. */
    enum Order {
        id,
        owner,
        name,
        end,
        state;

        Comparator<ApiKeyRecord> comparator() {
            return switch (this) {
                case id -> Comparator.comparing(ApiKeyRecord::id);
                case owner -> Comparator.comparing(ApiKeyRecord::owner, nullsLast());
                case name -> Comparator.comparing(ApiKeyRecord::name, nullsLast());
                case end -> Comparator.comparing(record -> record.current().expiresAt(), nullsLast());
                case state -> Comparator.comparing(ApiKeyRecord::state);
            };
        }

        private static <T extends Comparable<T>> Comparator<@Nullable T> nullsLast() {
            return Comparator.nullsLast(Comparator.naturalOrder());
        }
    }

    /** The states by which keys are chosen. */
    enum State {
        active,
        disabled,
        revoked,
        expired
    }

    private final Terminal terminal;

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Mixin
    private Criteria criteria = new Criteria();

    @Option(
            names = "--state",
            paramLabel = "STATE",
            description = "Only keys in this state: active, disabled, revoked or expired.")
    private @Nullable State state;

    @Option(names = "--rotating", description = "Only keys whose old secret is still valid next to the new one.")
    private boolean rotating;

    @Option(
            names = "--sort",
            paramLabel = "BY",
            defaultValue = "id",
            description = "Sort by id, owner, name, end or state. Default: ${DEFAULT-VALUE}.")
    private Order order = Order.id;

    @Option(names = "--reverse", description = "Reverse the order.")
    private boolean reverse;

    @Option(
            names = "--columns",
            paramLabel = "COLUMN",
            split = ",",
            description = "The columns of the table, like id,owner,ends,createdBy. Available:"
                    + " ${COMPLETION-CANDIDATES}. Default: id,state,roles,owner,name,ends.")
    private @Nullable List<Column> columns;

    @Option(names = "--json", description = "Print JSON: an array of keys, each as `show --json` prints it.")
    private boolean json;

    ListCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        OpenKeys keys = options.toRead(terminal);
        Instant now = Instant.now();
        if (json && columns != null) {
            throw CommandFailure.usage("--columns is for the table; --json prints everything that a record has");
        }
        Set<String> plaintext = new HashSet<>(keys.plaintextKeyIds());
        List<ApiKeyRecord> records = keys.store().load().records().stream()
                .filter(record -> isAskedFor(record, now))
                .sorted(reverse ? order.comparator().reversed() : order.comparator())
                .toList();
        Map<String, Map<Integer, Instant>> uses = showsUses()
                ? keys.store().lastUses(records.stream().map(ApiKeyRecord::id).toList())
                : Map.of();
        List<RecordText> texts = records.stream()
                .map(record -> new RecordText(
                        record, now, plaintext.contains(record.id()), uses.getOrDefault(record.id(), Map.of())))
                .toList();
        terminal.show(
                json
                        ? Json.print(texts.stream().map(RecordText::json).toList())
                        : table(texts, columns == null ? Column.USUAL : columns));
        texts.forEach(text -> text.noteWarnings(terminal));
        keys.noteUnread(terminal);
        if (texts.isEmpty() && isFiltered()) {
            terminal.note("no key of " + keys.name() + " matches");
        } else if (texts.isEmpty()) {
            terminal.note("there is no key in " + keys.name());
        }
    }

    private boolean showsUses() {
        return json || (columns != null && (columns.contains(Column.used) || columns.contains(Column.oldUsed)));
    }

    private boolean isFiltered() {
        return !criteria.isEmpty() || state != null || rotating;
    }

    private boolean isAskedFor(ApiKeyRecord record, Instant now) {
        return (state == null || new RecordText(record, now, false).state().equals(state.name()))
                && (!rotating || isRotating(record, now))
                && criteria.fits(record, now);
    }

    private static boolean isRotating(ApiKeyRecord record, Instant now) {
        return record.retiring()
                .map(HashedSecret::expiresAt)
                .filter(until -> until.isAfter(now))
                .isPresent();
    }

    private static String table(List<RecordText> texts, List<Column> columns) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(columns.stream().map(Column::heading).toList());
        texts.forEach(text -> rows.add(text.cells(columns)));
        return Terminal.table(rows);
    }
}
