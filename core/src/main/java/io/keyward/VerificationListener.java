package io.keyward;

/**
 * Is notified of the outcome of each verification: for metrics, logs and "last used". It cannot change the outcome, so
 * it cannot limit a rate; the {@code RequestGate} of the servlet adapter can.
 *
 * <p>Attached by {@link ApiKeyVerifier#notifying}; a verifier without a listener costs nothing extra.
 */
@FunctionalInterface
public interface VerificationListener {
    /**
     * Takes note of one outcome.
     *
     * <p>Called on the thread that verifies, once for each outcome and before the caller gets it; many threads may call
     * at a time. It must not block, and should not allocate. Whatever it throws, an {@code Error} included, is logged
     * the first time and does not change the outcome. Not called if the verification ends with an exception.
     *
     * @param verification the outcome; immutable, may be kept
     */
    void onVerification(Verification verification);

    /**
     * Returns a listener that logs each rejection at debug: the reason, and the key id if the key is known. It never
     * logs what was presented.
     */
    static VerificationListener loggingDenials() {
        return new DenialLog();
    }
}
