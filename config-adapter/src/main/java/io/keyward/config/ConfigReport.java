package io.keyward.config;

/** Says where the keys in force came from. Holds no secret and no hash. May be shared between threads. */
public final class ConfigReport {
    private final Mode mode;
    private final String modeReason;

    ConfigReport(Mode mode, String modeReason) {
        this.mode = mode;
        this.modeReason = modeReason;
    }

    /** Returns by which rules the keys were loaded. */
    public Mode mode() {
        return mode;
    }

    /** Returns why that mode is in force. */
    public String modeReason() {
        return modeReason;
    }

    /** Returns the whole report as text for people, in lines. */
    public String text() {
        return "mode: " + mode.name().toLowerCase(java.util.Locale.ROOT) + ", " + modeReason + "\n";
    }

    @Override
    public String toString() {
        return text();
    }

    /** Says by which rules keys are loaded. */
    public enum Mode {
        /** Plaintext keys and well-known keys are refused. */
        PRODUCTION,
        /** Plaintext keys and well-known keys load. */
        DEVELOPMENT
    }
}
