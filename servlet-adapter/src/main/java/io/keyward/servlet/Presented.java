package io.keyward.servlet;

import org.jspecify.annotations.Nullable;

/** Counts the credentials of one request; only a single well-formed one is worth judging. */
final class Presented {
    private int count;
    private boolean malformed;
    private @Nullable String text;

    void add(String credential) {
        count++;
        text = credential;
    }

    void addMalformed() {
        count++;
        malformed = true;
    }

    boolean isNothing() {
        return count == 0;
    }

    boolean isSeveral() {
        return count > 1;
    }

    /** Tells whether there is one credential, and of the right form. */
    boolean isSingle() {
        return count == 1 && !malformed;
    }

    @Nullable
    String text() {
        return text;
    }
}
