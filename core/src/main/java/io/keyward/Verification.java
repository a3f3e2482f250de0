package io.keyward;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Answers what a presented text is worth: {@link Accepted} with the caller, or {@link Rejected} with a reason.
 *
 * <pre>{@code
 * if (verifier.verify(presented) instanceof Verification.Accepted accepted) {
 *     handle(accepted.principal());
 * }
 * }</pre>
 *
 * <p>A refusal is a value. That nothing could be found out is an exception, see {@link ApiKeyVerifier#verify}.
 * Immutable.
 */
public sealed interface Verification {
    /** Returns the id of the key concerned; null where no known key was presented. Public, safe in logs. */
    @Nullable
    String keyId();

    /** Tells whether a key was accepted. */
    default boolean isAccepted() {
        return this instanceof Accepted;
    }

    /**
     * Says that a key is in force, and whose it is.
     *
     * @param principal the caller
     * @param retiring whether the secret presented is one that a rotation has replaced and that will end: its holder
     *     should be told to change to the new one
     */
    record Accepted(ApiKeyPrincipal principal, boolean retiring) implements Verification {
        /** Refuses a missing principal. */
        public Accepted {
            requireNonNull(principal, "principal");
        }

        @Override
        public String keyId() {
            return principal.id();
        }
    }

    /**
     * Says that nothing may be granted, and why. The reason is for logs and metrics: a caller who learns it learns
     * which texts are near a key.
     *
     * @param reason why
     * @param keyId the id of the key where the text is one that is known; null otherwise
     */
    record Rejected(Reason reason, @Nullable String keyId) implements Verification {
        static final Rejected MISSING = new Rejected(Reason.MISSING, null);
        static final Rejected MALFORMED = new Rejected(Reason.MALFORMED, null);
        static final Rejected UNKNOWN = new Rejected(Reason.UNKNOWN, null);

        /** Refuses a missing reason. */
        public Rejected {
            requireNonNull(reason, "reason");
        }
    }

    /** Says why nothing may be granted. */
    enum Reason {
        /** Nothing was presented, or the empty text. */
        MISSING,
        /**
         * The text cannot be a key, or is an issued key with a wrong character in it: most likely a slip of the hand.
         */
        MALFORMED,
        /** The text could be a key, and is none that is known. */
        UNKNOWN,
        /** The key counts only from a later time on. */
        NOT_YET_VALID,
        /** The key's time is over, or that of a secret which a rotation replaced. */
        EXPIRED,
        /** The key is switched off and may be switched on again. */
        DISABLED,
        /** The key was revoked, for good. */
        REVOKED,
        /**
         * The record of the key has an attribute that this version does not know, so what the key is worth cannot be
         * told; see {@link ApiKeyRecord#attributes}. Upgrade, or remove the attribute with the version that set it.
         */
        UNSUPPORTED
    }
}
