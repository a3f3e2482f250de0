package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyState;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Describes a record to people and to programs, without its hashes.
 *
 * @param plaintext whether the file has the key itself
 * @param uses when each secret was last used, by ordinal, as far as the store knows
 */
record RecordText(ApiKeyRecord record, Instant now, boolean plaintext, Map<Integer, Instant> uses) {
    /** How long before its end a key is warned about, by default the same as in the report of the configuration. */
    static final Duration SOON = Duration.ofDays(14);

    RecordText(ApiKeyRecord record, Instant now, boolean plaintext) {
        this(record, now, plaintext, Map.of());
    }

    /** Returns a record that was changed, as the commands that change one print it. */
    static String jsonOf(ApiKeyRecord changed) {
        return new RecordText(changed, Instant.now(), false).json().print();
    }

    /** Returns until when a key is valid, for a sentence. */
    static String endOf(ApiKeyRecord record) {
        Instant end = record.current().expiresAt();
        return end == null ? "without end" : "until " + end;
    }

    /** Returns the state, which is {@code expired} for an active key whose end has passed. */
    String state() {
        if (record.state() == KeyState.ACTIVE && isPast(record.current().expiresAt())) {
            return "expired";
        }
        return record.state().name().toLowerCase(Locale.ROOT);
    }

    /** Prints what an operator should do something about. */
    void noteWarnings(Terminal terminal) {
        warnings().forEach(warning -> terminal.note("key " + record.id() + ": " + warning));
    }

    /** Returns what an operator should do something about. */
    private List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        Instant end = record.current().expiresAt();
        if (isRevoked()) {
            return warnings;
        }
        if (isPast(end)) {
            warnings.add("ended " + end);
        } else if (end != null && end.isBefore(now.plus(SOON))) {
            warnings.add("ends in " + inWords(Duration.between(now, end)) + ", " + end);
        }
        record.retiring()
                .map(HashedSecret::expiresAt)
                .ifPresent(until -> warnings.add(
                        isPast(until)
                                ? "its old secret ended " + until + " and can be forgotten"
                                : "its old secret is valid until " + until));
        if (!record.unknownAttributes().isEmpty()) {
            warnings.add("is rejected: this version does not know its attributes "
                    + new TreeSet<>(record.unknownAttributes()));
        }
        if (plaintext) {
            warnings.add("is in the file as plaintext; `keyward hash --file` replaces it by its hash");
        }
        return warnings;
    }

    /** Returns when the key was last used, with whichever secret; null if that is not known. */
    @Nullable
    Instant lastUsed() {
        return uses.values().stream().max(Comparator.naturalOrder()).orElse(null);
    }

    /** Returns when the old secret was last used; null if there is none, or that is not known. */
    @Nullable
    Instant oldLastUsed() {
        return record.retiring().map(old -> uses.get(old.ordinal())).orElse(null);
    }

    /** A revoked key cannot be changed, so its last change is the revocation. */
    boolean isRevoked() {
        return record.state() == KeyState.REVOKED;
    }

    private boolean isPast(@Nullable Instant end) {
        return end != null && !now.isBefore(end);
    }

    /** Rounds as people do: what was issued for two days a second ago ends in two days. */
    private static String inWords(Duration left) {
        double minutes = left.toSeconds() / 60.0;
        if (minutes >= 36 * 60) {
            return Math.round(minutes / (24 * 60)) + " days";
        }
        if (minutes >= 90) {
            return Math.round(minutes / 60) + " hours";
        }
        long rounded = Math.max(1, Math.round(minutes));
        return rounded + (rounded == 1 ? " minute" : " minutes");
    }

    /** Returns the cells of a table row. */
    List<String> cells(List<Column> columns) {
        return columns.stream().map(column -> orDash(column.cellOf(this))).toList();
    }

    /** Returns one line for each component. */
    String lines() {
        StringBuilder lines = new StringBuilder();
        line(lines, "id", record.id());
        line(lines, "state", state());
        line(lines, "owner", record.owner());
        line(lines, "name", record.name());
        line(lines, "roles", joined(record.roles()));
        line(lines, "permissions", joined(record.permissions()));
        line(lines, "not before", record.current().notBefore());
        Instant end = record.current().expiresAt();
        line(lines, "expires at", end == null ? "never" : end);
        record.retiring().ifPresent(old -> line(lines, "old secret until", old.expiresAt()));
        line(lines, "secret", "no. " + record.current().ordinal());
        if (record.createdAt() != null || record.createdBy() != null) {
            line(lines, "created", joined(record.createdAt(), record.createdBy()));
        }
        if (record.changedAt() != null || record.changedBy() != null) {
            line(lines, isRevoked() ? "revoked" : "changed", joined(record.changedAt(), record.changedBy()));
        }
        if (lastUsed() != null) {
            line(lines, "last used", lastUsed());
        }
        if (oldLastUsed() != null) {
            line(lines, "old secret used", oldLastUsed());
        }
        new TreeMap<>(record.metadata()).forEach((name, value) -> line(lines, name, value));
        new TreeMap<>(record.attributes()).forEach((name, value) -> line(lines, "attribute " + name, value));
        return lines.toString();
    }

    private static String joined(@Nullable Instant at, @Nullable String by) {
        return at == null ? "by " + by : at + (by == null ? "" : " by " + by);
    }

    private static void line(StringBuilder lines, String name, @Nullable Object value) {
        lines.append(String.format(Locale.ROOT, "%-17s %s%n", name, orDash(value)));
    }

    private static String orDash(@Nullable Object value) {
        return value == null || value.toString().isEmpty() ? "-" : value.toString();
    }

    static String joined(Collection<?> values) {
        return String.join(",", sorted(values));
    }

    private static List<String> sorted(Collection<?> values) {
        return values.stream().map(Object::toString).sorted().toList();
    }

    /** Returns the components as JSON. */
    Json json() {
        return addTo(Json.object());
    }

    /** Returns an object with the components added. */
    Json addTo(Json object) {
        Optional<HashedSecret> retiring = record.retiring();
        return object.add("id", record.id())
                .add("owner", record.owner())
                .add("name", record.name())
                .add("state", state())
                .add("roles", sorted(record.roles()))
                .add("permissions", sorted(record.permissions()))
                .add("notBefore", record.current().notBefore())
                .add("expiresAt", record.current().expiresAt())
                .add("retiringUntil", retiring.map(HashedSecret::expiresAt).orElse(null))
                .add("plaintext", plaintext)
                .add("metadata", record.metadata())
                .add("attributes", record.attributes())
                .add("ordinal", record.current().ordinal())
                .add("retiringOrdinal", retiring.map(HashedSecret::ordinal).orElse(null))
                .add("createdAt", record.createdAt())
                .add("createdBy", record.createdBy())
                .add("changedAt", record.changedAt())
                .add("changedBy", record.changedBy())
                .add("revokedAt", isRevoked() ? record.changedAt() : null)
                .add("revokedBy", isRevoked() ? record.changedBy() : null)
                .add("lastUsedAt", lastUsed())
                .add("retiringLastUsedAt", oldLastUsed())
                .add("warnings", sorted(warnings()));
    }
}
