package io.keyward;

/** Names the state of a key, which is independent of its window. */
public enum KeyState {
    /** The key is accepted within its window. */
    ACTIVE,
    /** The key is rejected until it is enabled again. */
    DISABLED,
    /** The key is rejected for ever. */
    REVOKED
}
