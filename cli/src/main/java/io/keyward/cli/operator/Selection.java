package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyState;
import io.keyward.cli.operator.ChangeTable.Change;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Terminal;
import io.keyward.store.StoreException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * The options that select the keys to change, and what several changes at once need: a dry run and a question.
 */
final class Selection {
    @Parameters(
            paramLabel = "ID",
            arity = "0..*",
            description = "Key ids. Without one, options select the keys, and leave out those that are revoked.")
    private List<String> ids = List.of();

    @Mixin
    private KeyByText byText = new KeyByText();

    @Mixin
    private Criteria criteria = new Criteria();

    @Mixin
    private ConfirmationOptions confirmation = new ConfirmationOptions();

    /**
     * Asks for the text of the key if the key is selected by it; then it is as if its id had been given.
     *
     * @throws CommandFailure if no key has the text, or keys are selected in another way, too
     */
    void askForText(OpenKeys keys, Terminal terminal) {
        if (!byText.isGiven()) {
            return;
        }
        if (!ids.isEmpty() || !criteria.isEmpty()) {
            throw CommandFailure.usage(
                    "name ids, select keys, or give one by its text with --key -; not several of these");
        }
        ids = List.of(byText.askForId(keys, terminal));
    }

    /** Returns the one id that was given; null for several keys, and for a dry run. */
    @Nullable
    String onlyId() {
        return ids.size() == 1 && criteria.isEmpty() && !isDryRun() ? ids.get(0) : null;
    }

    boolean isDryRun() {
        return confirmation.isDryRun();
    }

    /**
     * Changes each of the selected keys completely or not at all, and prints what was done.
     *
     * @param verb what is done, like {@code revoke}
     * @param sentence what is said of the only key, if one is named
     * @return the exit code: 1 if any key could not be changed
     * @throws CommandFailure if none is selected, nobody agreed, or the only key could not be changed
     */
    int change(
            OpenKeys keys,
            Terminal terminal,
            String verb,
            Function<String, ApiKeyRecord> change,
            Function<ApiKeyRecord, String> sentence,
            boolean json) {
        askForText(keys, terminal);
        String id = onlyId();
        if (id != null) {
            ApiKeyRecord changed = terminal.uninterrupted(() -> change.apply(id));
            terminal.note(sentence.apply(changed));
            if (json) {
                terminal.show(RecordText.jsonOf(changed));
            }
            return ExitCode.OK;
        }
        List<Change> changes = changes(keys, change);
        ChangeTable table = changed(changes, keys.name(), terminal, verb, made -> made.make(verb, changes));
        terminal.note(summary(table, keys.name(), verb));
        terminal.show(json ? table.json() : table.text());
        return table.exitCode();
    }

    /**
     * Gives each of the selected keys a new secret. The keys go to standard output, so what was done is printed on
     * standard error, except in a dry run.
     *
     * @param obstacle returns why a key cannot be changed; null if nothing is known against it
     * @return the exit code: 1 if any key could not be changed
     * @throws CommandFailure if none is selected, or nobody agreed
     */
    int rotate(
            OpenKeys keys,
            Terminal terminal,
            Function<ApiKeyRecord, @Nullable String> obstacle,
            Function<String, ApiKeyRecord> rotate,
            boolean json) {
        List<Change> changes = changes(keys, rotate).stream()
                .map(change -> change.unless(obstacle))
                .toList();
        ChangeTable table = changed(changes, keys.name(), terminal, "rotate", made -> made.makeShowingKeys(changes));
        if (isDryRun()) {
            terminal.note(summary(table, keys.name(), "rotate"));
            terminal.show(json ? table.json() : table.text());
        } else {
            terminal.note(
                    summary(table, keys.name(), "rotate") + "\n" + table.text().stripTrailing());
        }
        return table.exitCode();
    }

    private ChangeTable changed(
            List<Change> changes, String place, Terminal terminal, String verb, Consumer<ChangeTable> make) {
        if (changes.isEmpty()) {
            throw CommandFailure.refused("no key of " + place + " matches; nothing was changed");
        }
        ChangeTable table = new ChangeTable(terminal);
        if (isDryRun()) {
            changes.forEach(change -> table.plan(change, "would be changed"));
        } else {
            long count = changes.stream().filter(one -> one.failure() == null).count();
            if (count > 0) {
                confirmation.require(verb + " " + ConfirmationOptions.keys(count), "nothing was changed", terminal);
            }
            make.accept(table);
        }
        return table;
    }

    private String summary(ChangeTable table, String place, String verb) {
        return (isDryRun() ? "would " + verb + " " : verb + ": ") + ConfirmationOptions.keys(table.fine()) + " of "
                + place + (table.failed() == 0 ? "" : "; " + table.failed() + " could not be changed");
    }

    private List<Change> changes(OpenKeys keys, Function<String, ApiKeyRecord> change) {
        if (ids.isEmpty() && criteria.isEmpty()) {
            throw CommandFailure.usage(
                    "name the ids of keys, or select them by --owner, --role, --match, --ending-within or --key -");
        }
        if (!ids.isEmpty() && !criteria.isEmpty()) {
            throw CommandFailure.usage("name ids or select keys, not both");
        }
        criteria.requireTextToMatch();
        List<Change> changes = new ArrayList<>();
        if (ids.isEmpty()) {
            Instant now = Instant.now();
            keys.records(criteria.filter(now)).stream()
                    .filter(record -> record.state() != KeyState.REVOKED && criteria.fits(record, now))
                    .sorted(Comparator.comparing(ApiKeyRecord::id))
                    .forEach(record -> changes.add(of(record, change)));
        }
        if (!ids.isEmpty()) {
            Function<String, Optional<ApiKeyRecord>> finder = keys.finder();
            new LinkedHashSet<>(ids).forEach(id -> changes.add(named(id, finder, change)));
        }
        return changes;
    }

    private static Change named(
            String id, Function<String, Optional<ApiKeyRecord>> finder, Function<String, ApiKeyRecord> change) {
        String problem = "there is no such key";
        try {
            Optional<ApiKeyRecord> found = finder.apply(id);
            if (found.isPresent()) {
                return of(found.get(), change);
            }
        } catch (StoreException unreadable) {
            // the table shows the problem of this key, and the others are still changed
            problem = String.valueOf(unreadable.getMessage());
        }
        return new Change(id, null, problem, () -> change.apply(id));
    }

    private static Change of(ApiKeyRecord record, Function<String, ApiKeyRecord> change) {
        return new Change(record.id(), record, null, () -> change.apply(record.id()));
    }
}
