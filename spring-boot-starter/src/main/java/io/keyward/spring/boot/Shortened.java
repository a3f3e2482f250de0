package io.keyward.spring.boot;

import java.util.Collection;

/** Shortens lists that may be too long for a line of the log. */
final class Shortened {
    private Shortened() {}

    /** Returns the first texts, and … if there are more. */
    static String list(Collection<String> texts, int most) {
        return String.join(", ", texts.stream().limit(most).toList()) + (texts.size() > most ? ", …" : "");
    }
}
