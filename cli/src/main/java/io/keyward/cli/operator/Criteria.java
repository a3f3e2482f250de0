package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.store.KeyFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name the conditions that a key must meet to be listed or changed. */
final class Criteria {
    /** A longer span is not left to the store, because its end may be beyond what a database or a clock can hold. */
    private static final Duration LONGEST = Duration.ofDays(365_000);

    @Option(names = "--owner", paramLabel = "WHO", description = "The keys of this owner.")
    private @Nullable String owner;

    @Option(names = "--role", paramLabel = "ROLE", description = "The keys with this role.")
    private @Nullable String role;

    @Option(
            names = "--match",
            paramLabel = "TEXT",
            description = "The keys with this text in their id, owner or name, in upper or lower case.")
    private @Nullable String match;

    @Option(
            names = "--ending-within",
            paramLabel = "SPAN",
            description = "The keys that end within this time, like 30d, or have ended. Several such options select the"
                    + " keys that fit all of them.")
    private @Nullable Duration endingWithin;

    /** Returns whether every key meets the conditions. */
    boolean isEmpty() {
        return owner == null && role == null && match == null && endingWithin == null;
    }

    /**
     * Refuses a text to match that is empty, as of a variable that is not set: every key would be selected.
     *
     * @throws CommandFailure if it is
     */
    void requireTextToMatch() {
        if (match != null && match.isBlank()) {
            throw CommandFailure.usage("--match has no text, so every key would be selected; give it a text");
        }
    }

    /** Returns a filter for the store, which chooses all keys that fit, and maybe others. */
    KeyFilter filter(Instant now) {
        KeyFilter filter = KeyFilter.all();
        if (owner != null) {
            filter = filter.owner(owner);
        }
        if (role != null) {
            filter = filter.role(role);
        }
        return endingWithin == null || endingWithin.compareTo(LONGEST) > 0
                ? filter
                : filter.expiringBefore(now.plus(endingWithin).plusMillis(1));
    }

    boolean fits(ApiKeyRecord record, Instant now) {
        return (owner == null || owner.equals(record.owner()))
                && (role == null || record.roles().contains(role))
                && (match == null || isMatchedBy(record, match))
                && (endingWithin == null || endsWithin(record, endingWithin, now));
    }

    private static boolean isMatchedBy(ApiKeyRecord record, String text) {
        String wanted = text.toLowerCase(Locale.ROOT);
        return Stream.of(record.id(), record.owner(), record.name())
                .filter(Objects::nonNull)
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains(wanted));
    }

    private static boolean endsWithin(ApiKeyRecord record, Duration span, Instant now) {
        Instant end = record.current().expiresAt();
        return end != null && Duration.between(now, end).compareTo(span) <= 0;
    }
}
