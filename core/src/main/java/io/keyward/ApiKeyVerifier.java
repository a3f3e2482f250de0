package io.keyward;

import io.keyward.role.RoleModel;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Verifies what a caller presents as a key. Hash, window and state are checked here and nowhere else.
 *
 * <p>The verifiers made here hash the text and look it up once for each scheme in use, until one knows the key. They
 * compare all 32 bytes whether the key is known or not. They do no I/O, take no lock, and on a platform thread allocate
 * nothing for a key that is valid, unknown or malformed. They read the clock only for keys that have a window, and for
 * rings that have an end. They may be shared between threads, virtual ones included.
 *
 * <p>Not protected: what a heap dump or a debugger shows. Validity depends on the given clock: if that is set back, an
 * expired key is valid again until the clock reaches its end once more.
 */
@FunctionalInterface
public interface ApiKeyVerifier {
    /**
     * Verifies a presented text.
     *
     * @param presented what the caller sent, as it came; null if nothing. Any text gets an answer; one of more than 256
     *     characters is rejected without hashing
     * @return the caller, or the reason of the rejection; never null
     * @throws KeysUnavailableException if the ring in force is past its end, so that nobody knows whether the key is
     *     valid
     * @throws java.security.ProviderException if the JCA provider lacks the hash function; its own exceptions pass
     *     through
     */
    Verification verify(@Nullable String presented);

    /**
     * Returns the roles that keys can have at this moment, so that a rule which names another role is refused at start.
     *
     * @return empty if this verifier does not know; a decorator returns the answer of the verifier that it wraps
     */
    default Optional<RoleModel> roles() {
        return Optional.empty();
    }

    /**
     * Returns a verifier that answers as this one does and notifies a listener of each outcome. This one does not
     * change.
     *
     * @param listener the one to notify, see {@link VerificationListener#onVerification}
     */
    default ApiKeyVerifier notifying(VerificationListener listener) {
        return new NotifyingVerifier(this, listener);
    }

    /** Returns a verifier over one ring that never changes, with the system's clock. */
    static ApiKeyVerifier of(KeyRing ring) {
        return of(LiveKeyRing.of(ring));
    }

    /** Returns a verifier over the ring that is in force at each verification, with the system's clock. */
    static ApiKeyVerifier of(LiveKeyRing ring) {
        return of(ring, InstantSource.system());
    }

    /** Returns a verifier over the ring that is in force at each verification, with a given clock. */
    static ApiKeyVerifier of(LiveKeyRing ring, InstantSource clock) {
        return new RingVerifier(ring, clock);
    }
}
