package io.keyward.servlet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the credentials of one request. Only a single well-formed one may be verified. */
final class Credentials {
    private static final int MAX_NAMED = 4;

    private int count;
    private boolean malformed;
    private @Nullable String text;
    private @Nullable String place;

    /** A description of each credential, for the log; null while there is only one. */
    private @Nullable List<String> several;

    /**
     * Adds a credential that may be a key.
     *
     * @param place where it was found, such as {@code header X-Api-Key}
     */
    void add(String place, String credential) {
        add(place, credential, false);
    }

    /** Adds a credential that must be one run of visible ASCII without comma and quote. */
    void addOneRun(String place, String credential) {
        add(place, credential, !isOneRun(credential));
    }

    private static boolean isOneRun(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == ',' || c == '"') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    void addMalformed(String place, String credential) {
        add(place, credential, true);
    }

    private void add(String place, String credential, boolean isMalformed) {
        if (count > 0) {
            note(place, credential, isMalformed);
        }
        count++;
        malformed |= isMalformed;
        text = credential;
        this.place = place;
    }

    private void note(String place, String credential, boolean isMalformed) {
        List<String> all = several;
        if (all == null) {
            all = new ArrayList<>();
            all.add(described(String.valueOf(this.place), String.valueOf(text), malformed));
            several = all;
        }
        if (all.size() < MAX_NAMED) {
            all.add(described(place, credential, isMalformed));
        }
    }

    private static String described(String place, String credential, boolean isMalformed) {
        if (credential.isBlank()) {
            return place + " (empty)";
        }
        if (credential.startsWith("eyJ")
                && credential.chars().filter(c -> c == '.').count() == 2) {
            return place + " (a JSON Web Token)";
        }
        return isMalformed ? place + " (of a wrong form)" : place;
    }

    boolean isNothing() {
        return count == 0;
    }

    boolean isSeveral() {
        return count > 1;
    }

    /** Returns whether there is one credential, and of the right form. */
    boolean isSingle() {
        return count == 1 && !malformed;
    }

    /** Returns the last credential that was added. */
    @Nullable
    String text() {
        return text;
    }

    /** Returns why the credentials cannot be used: where they are and of which kind, and nothing of their text. */
    String problem() {
        if (several == null) {
            return "credentials of a wrong form: " + described(String.valueOf(place), String.valueOf(text), true);
        }
        String more = count > several.size() ? " and " + (count - several.size()) + " more" : "";
        return "more than one credential: " + String.join(", ", several) + more;
    }
}
