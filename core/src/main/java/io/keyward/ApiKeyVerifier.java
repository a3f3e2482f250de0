package io.keyward;

import io.keyward.role.RoleModel;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Judges what a caller presents as a key. This is the one door: hash, window and state are judged here and nowhere
 * else.
 *
 * <p>The verifiers made here hash and probe once for each scheme in use, up to the one that knows the key, and compare
 * all 32 bytes whether it is known or not. They do no I/O, take no lock, and on a platform thread allocate nothing for
 * a key that is valid, unknown or malformed. They read the clock only for keys that have a window, and for rings that
 * have an end. They may be shared between threads, virtual ones included.
 *
 * <p>Not protected: what a heap dump or a debugger shows. Whether a key is valid follows the clock given; where that is
 * set back, a key that had expired counts again for as long.
 */
@FunctionalInterface
public interface ApiKeyVerifier {
    /**
     * Judges a presented text.
     *
     * @param presented what the caller sent, as it came; null if nothing. Any text is answered; more than 256
     *     characters are refused before any hashing
     * @return the caller or the reason of the refusal, never null
     * @throws KeysUnavailableException if the ring in force is past its end: nobody knows
     * @throws java.security.ProviderException if the JCA provider has no such hash; what it throws itself passes
     *     through too
     */
    Verification verify(@Nullable String presented);

    /**
     * Returns the roles that keys can have at this moment, so that a rule which names another role is refused at start.
     *
     * @return empty if this verifier does not know; a decorator hands on what the verifier that it wraps returns
     */
    default Optional<RoleModel> roles() {
        return Optional.empty();
    }

    /**
     * Returns a verifier that judges as this one and tells a listener each outcome. This one stays as it is.
     *
     * @param listener what to tell, see {@link VerificationListener#onVerification}
     */
    default ApiKeyVerifier notifying(VerificationListener listener) {
        return new NotifyingVerifier(this, listener);
    }

    /** Returns a verifier of one ring for ever, by the system's clock. */
    static ApiKeyVerifier of(KeyRing ring) {
        return of(LiveKeyRing.of(ring));
    }

    /** Returns a verifier of the ring in force at each moment, by the system's clock. */
    static ApiKeyVerifier of(LiveKeyRing ring) {
        return of(ring, InstantSource.system());
    }

    /** Returns a verifier of the ring in force at each moment, by a given clock. */
    static ApiKeyVerifier of(LiveKeyRing ring, InstantSource clock) {
        return new RingVerifier(ring, clock);
    }
}
