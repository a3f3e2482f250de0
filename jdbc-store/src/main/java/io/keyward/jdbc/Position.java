package io.keyward.jdbc;

import io.keyward.store.ApiKeyStore.Stamp;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a moment in the history of one database, as {@code epoch:number:mark}.
 *
 * @param epoch made when the schema was made
 * @param number the number of the last change
 * @param mark chains that change to those before it, so that two histories differ in it
 */
record Position(String epoch, long number, String mark) {
    private static final Pattern TEXT = Pattern.compile("([0-9a-f]{32}):([0-9]{1,18}):([0-9a-f]{32})");

    static Optional<Position> of(Stamp stamp) {
        Matcher matcher = TEXT.matcher(stamp.text());
        return matcher.matches()
                ? Optional.of(new Position(matcher.group(1), Long.parseLong(matcher.group(2)), matcher.group(3)))
                : Optional.empty();
    }

    Stamp stamp() {
        return new Stamp(epoch + ":" + number + ":" + mark);
    }
}
