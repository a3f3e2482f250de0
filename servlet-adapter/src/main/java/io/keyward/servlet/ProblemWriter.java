package io.keyward.servlet;

/**
 * Writes the bodies of denials. {@link Denials} sets status, challenge, {@code Vary} and
 * {@code Cache-Control: no-store}, so a writer cannot lose them.
 *
 * <p>Called once for each kind of denial while the filter is built. If a 403 is explained, also called at the first
 * denial of each requirement.
 */
@FunctionalInterface
public interface ProblemWriter {
    /** Returns the body for a problem. */
    Body write(Problem problem);

    /** Returns the writer of {@code application/problem+json}, which is the default. */
    static ProblemWriter json() {
        return ProblemJson::write;
    }

    /**
     * Holds a body and its media type.
     *
     * @param contentType the value of {@code Content-Type}
     * @param text the body, sent as UTF-8
     */
    record Body(String contentType, String text) {}
}
