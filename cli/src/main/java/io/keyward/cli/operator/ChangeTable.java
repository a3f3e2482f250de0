package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Progress;
import io.keyward.cli.terminal.Terminal;
import io.keyward.store.ChangeRefusedException;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes several changes, each completely or not at all, and reports the result of each. If a key cannot be shown, the
 * remaining changes are not tried, because their keys could not be shown either.
 */
final class ChangeTable {
    private final List<Row> rows = new ArrayList<>();
    private final Terminal terminal;
    private int exitCode = ExitCode.OK;

    ChangeTable(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * Notes a change without making it.
     *
     * @param would what would be done, like {@code would be changed}
     */
    void plan(Change change, String would) {
        rows.add(change.failure() == null ? change.row(would) : change.row("failed"));
        exitCode = change.failure() == null ? exitCode : ExitCode.REFUSED;
    }

    /**
     * Makes changes in their order, and shows a person how far they are.
     *
     * @param verb what is done, like {@code revoke}
     */
    void make(String verb, List<Change> changes) {
        try (Progress progress = new Progress(terminal)) {
            for (Change change : changes) {
                progress.show(() -> verb + ": " + rows.size() + " of " + changes.size());
                rows.add(made(change));
            }
        }
    }

    /** Makes changes that show a key each, so a person sees how far they are. */
    void makeShowingKeys(List<Change> changes) {
        changes.forEach(change -> rows.add(made(change)));
    }

    private Row made(Change change) {
        if (change.failure() != null) {
            exitCode = Math.max(exitCode, ExitCode.REFUSED);
            return change.row("failed");
        }
        if (exitCode > ExitCode.REFUSED) {
            return change.row("not tried");
        }
        try {
            ApiKeyRecord changed = terminal.uninterrupted(change.action());
            return new Row(changed.id(), changed, "done", null);
        } catch (ChangeRefusedException | StoreConflictException | StoreException | IllegalArgumentException refused) {
            exitCode = ExitCode.REFUSED;
            return new Row(change.id(), change.before(), "failed", refused.getMessage());
        } catch (CommandFailure failure) {
            exitCode = failure.exitCode();
            return new Row(change.id(), change.before(), "failed", failure.getMessage());
        }
    }

    /** Returns 0 if every change was made or can be made, else the exit code of the worst failure. */
    int exitCode() {
        return exitCode;
    }

    /** Returns how many changes were made, or would be. */
    long fine() {
        return rows.stream()
                .filter(row -> !row.result().equals("failed") && !row.result().equals("not tried"))
                .count();
    }

    /** Returns how many changes were not made. */
    long failed() {
        return rows.size() - fine();
    }

    /** Returns a line for each change. */
    String text() {
        return Terminal.table(rows.stream().map(Row::cells).toList());
    }

    /** Returns an object for each change: id, owner, expiresAt, result, reason. */
    String json() {
        return Json.print(rows.stream().map(Row::json).toList());
    }

    /**
     * What is to be done to one key.
     *
     * @param id the key, or where it is asked for
     * @param before its record before the change; null if there is none
     * @param failure why it cannot be done; null if nothing is known against it
     * @param action does it, and returns the record afterwards
     */
    record Change(
            String id,
            @Nullable ApiKeyRecord before,
            @Nullable String failure,
            Supplier<ApiKeyRecord> action) {
        /** Returns this change, which cannot be made if there is an obstacle; null if nothing is known against it. */
        Change unless(Function<ApiKeyRecord, @Nullable String> obstacle) {
            return before == null ? this : new Change(id, before, obstacle.apply(before), action);
        }

        private Row row(String result) {
            return new Row(id, before, result, failure);
        }
    }

    /** The result for one key: its record afterwards, and why it could not be changed. */
    private record Row(
            String id,
            @Nullable ApiKeyRecord record,
            String result,
            @Nullable String failure) {
        private @Nullable Instant end() {
            return record == null ? null : record.current().expiresAt();
        }

        Json json() {
            return Json.object()
                    .add("id", id)
                    .add("owner", record == null ? null : record.owner())
                    .add("expiresAt", end())
                    .add("result", result)
                    .add("reason", failure);
        }

        List<String> cells() {
            Instant end = end();
            return List.of(
                    id,
                    result
                            + (failure == null ? "" : ": " + failure)
                            + (record == null ? "" : "  " + Objects.requireNonNullElse(record.owner(), "-"))
                            + (end == null ? "" : "  ends " + end));
        }
    }
}
