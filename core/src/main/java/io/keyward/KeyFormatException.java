package io.keyward;

/** Thrown when a text is not a key of the expected format. Holds nothing of the text. */
public final class KeyFormatException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final KeyFormat.Flaw flaw;

    KeyFormatException(KeyFormat.Flaw flaw) {
        super("key: " + flaw.description());
        this.flaw = flaw;
    }

    /** Returns what is wrong. */
    public KeyFormat.Flaw flaw() {
        return flaw;
    }
}
