package io.keyward.store;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** Thrown when {@link ApiKeyManager} refuses a change. Nothing was stored and no ring was published. */
public final class ChangeRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final @Nullable String keyId;

    ChangeRefusedException(Reason reason, @Nullable String keyId, String message) {
        super(message);
        this.reason = requireNonNull(reason, "reason");
        this.keyId = keyId;
    }

    /**
     * Returns the exception by which a {@link ChangeGuard} stops a change that one of its rules forbids, so that a
     * command or an HTTP service can say which.
     *
     * @param message the rule and the remedy, for the person who wanted the change; holds no key and no hash
     */
    public static ChangeRefusedException stopped(String message) {
        return new ChangeRefusedException(Reason.STOPPED, null, requireNonNull(message, "message"));
    }

    /** Returns the reason. */
    public Reason reason() {
        return reason;
    }

    /**
     * Returns the id of the key that was to be changed; null for a new key, for a text that does not have the form of
     * an id, or if a guard stopped the change.
     */
    public @Nullable String keyId() {
        return keyId;
    }

    /** Names the reason why a change is refused. */
    public enum Reason {
        /** There is no key with that id. An HTTP service answers 404. */
        NO_SUCH_KEY,
        /** The key is revoked, which is final. An HTTP service answers 409. */
        REVOKED,
        /**
         * The record has an attribute that this version does not know, see
         * {@link io.keyward.ApiKeyRecord#unknownAttributes}. This version rejects the key anyway; to revoke it for
         * every version, use the one that set the attribute. An HTTP service answers 409.
         */
        UNSUPPORTED,
        /**
         * An earlier rotation is still in its overlap, and another one would end the secret that callers may still use;
         * see {@link RotateRequest.Builder#dropOld}. An HTTP service answers 409.
         */
        OVERLAP,
        /** A value is not valid: a time, a role, a text. An HTTP service answers 422. */
        INVALID,
        /** The change goes beyond what its maker may do. An HTTP service answers 403. */
        EXCEEDS_MAKER,
        /** A {@link ChangeGuard} stopped the change by a rule of its own. An HTTP service answers 403. */
        STOPPED,
        /**
         * The record no longer has the expected version, see {@link ApiKeyManager#ifVersion}. An HTTP service answers
         * 412.
         */
        STALE,
        /** Others kept changing the key at the same time. An HTTP service answers 503; try the change again. */
        CONTENDED
    }
}
