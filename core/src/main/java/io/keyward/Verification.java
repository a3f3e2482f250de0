package io.keyward;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Holds the outcome of a verification: {@link Accepted} with the caller, or {@link Rejected} with a reason.
 *
 * <pre>{@code
 * if (verifier.verify(presented) instanceof Verification.Accepted accepted) {
 *     handle(accepted.principal());
 * }
 * }</pre>
 *
 * <p>A rejection is a value. If the verifier could not decide, it throws an exception, see
 * {@link ApiKeyVerifier#verify}. Immutable.
 */
public sealed interface Verification {
    /** Returns the id of the key concerned; null if no known key was presented. Public, safe in logs. */
    @Nullable
    String keyId();

    /** Returns whether a key was accepted. */
    default boolean isAccepted() {
        return this instanceof Accepted;
    }

    /**
     * Means that the key is valid, and names the caller.
     *
     * @param principal the caller
     * @param retiring whether a rotation has replaced the presented secret, so that it will end soon: its holder should
     *     change to the new one
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
     * Means that the key is rejected, and gives the reason. The reason is for logs and metrics only: a caller who
     * learns it learns which texts are close to a key.
     *
     * @param reason why
     * @param keyId the id of the key if the text is a known key; null otherwise
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

    /** Names the reason of a rejection. */
    enum Reason {
        /** Nothing was presented, or the empty text. */
        MISSING,
        /** The text cannot be a key, or is an issued key with a wrong character in it: most likely a typing error. */
        MALFORMED,
        /** The text could be a key, but no known key has it. */
        UNKNOWN,
        /** The key becomes valid later. */
        NOT_YET_VALID,
        /** The key has expired, or the presented secret of it has, which a rotation replaced. */
        EXPIRED,
        /** The key is disabled and may be enabled again. */
        DISABLED,
        /** The key was revoked, for good. */
        REVOKED,
        /**
         * The record of the key has an attribute that this version does not know, so it cannot know what the key may
         * do; see {@link ApiKeyRecord#attributes}. Upgrade, or remove the attribute with the version that set it.
         */
        UNSUPPORTED
    }
}
