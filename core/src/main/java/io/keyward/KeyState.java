package io.keyward;

/** Says whether a key counts at all, apart from its time. */
public enum KeyState {
    /** It counts. */
    ACTIVE,
    /** It does not count until it is switched on again. */
    DISABLED,
    /** It never counts again. */
    REVOKED
}
