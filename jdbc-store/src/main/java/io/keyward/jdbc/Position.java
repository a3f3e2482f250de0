package io.keyward.jdbc;

import io.keyward.store.ApiKeyStore.Stamp;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a moment in the history of one database, as {@code epoch:number:mark}. From the second history that a node
 * meets, the count of earlier histories follows.
 *
 * @param epoch a random text from the creation of the schema
 * @param number the number of the last change
 * @param mark chains that change to all earlier ones, so it differs between two histories
 */
record Position(String epoch, long number, String mark) {
    private static final Pattern TEXT =
            Pattern.compile("([0-9a-f]{32}):([0-9]{1,13}):([0-9a-f]{32})(?::([0-9]{1,6}))?");

    /** Returns the position of a stamp; empty if another store made it, or if it is from an earlier history. */
    static Optional<Position> of(Stamp stamp, long generation) {
        Matcher matcher = TEXT.matcher(stamp.text());
        if (!matcher.matches() || generation != (matcher.group(4) == null ? 0 : Long.parseLong(matcher.group(4)))) {
            return Optional.empty();
        }
        return Optional.of(new Position(matcher.group(1), Long.parseLong(matcher.group(2)), matcher.group(3)));
    }

    Stamp stamp(long generation) {
        String text = epoch + ":" + number + ":" + mark;
        return new Stamp(generation == 0 ? text : text + ":" + generation);
    }
}
