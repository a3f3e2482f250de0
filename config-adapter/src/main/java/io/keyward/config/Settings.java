package io.keyward.config;

import java.time.Duration;

/** The settings of the adapter itself, as the last good load found them. */
record Settings(boolean strictPermissions, boolean refuseStaleKeys, Duration reloadInterval, Duration expiryWarning) {
    static final Duration RELOAD_INTERVAL = Duration.ofSeconds(5);
    static final Duration EXPIRY_WARNING = Duration.ofDays(14);
}
