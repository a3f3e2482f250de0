package io.keyward.benchmarks;

/** Tells whether a presented text is a known key: what all have in common that are compared. */
@FunctionalInterface
interface KeyCheck {
    boolean accepts(String presented);
}
