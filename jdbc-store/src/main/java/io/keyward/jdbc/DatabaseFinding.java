package io.keyward.jdbc;

import static java.util.Objects.requireNonNull;

/**
 * Describes one thing that {@link JdbcApiKeyStore#check} found in the database. Contains no hash.
 *
 * @param level how much it matters
 * @param message what was found and what to do about it
 */
public record DatabaseFinding(Level level, String message) {
    /** Checks that no part is missing. */
    public DatabaseFinding {
        requireNonNull(level, "level");
        requireNonNull(message, "message");
    }

    /** How much a finding matters. */
    public enum Level {
        /** For information. */
        INFO,
        /** The store works, and something should be looked at, such as a role that can read hashes. */
        WARNING,
        /** The store does not work until it is repaired. */
        ERROR
    }
}
