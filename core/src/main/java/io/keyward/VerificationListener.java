package io.keyward;

/**
 * Hears the outcome of each verification: how metrics, logs and "last used" attach. It changes no verdict, so it cannot
 * limit a rate; the {@code RequestGate} of the servlet adapter can.
 *
 * <p>Attached by {@link ApiKeyVerifier#notifying}; a verifier without a listener knows nothing of them and costs
 * nothing.
 */
@FunctionalInterface
public interface VerificationListener {
    /**
     * Takes note of one outcome.
     *
     * <p>Called on the thread that verifies, once for each outcome, before the caller has it, by many threads at a
     * time. It must not block, and should not allocate. Whatever it throws, an {@code Error} included, is logged the
     * first time and changes no verdict. Where verifying ends with an exception, it is not called.
     *
     * @param verification the outcome; immutable, may be kept
     */
    void onVerification(Verification verification);

    /**
     * Returns a listener that logs each denial at debug: the reason, and the key id where the key is known. Never what
     * was presented.
     */
    static VerificationListener loggingDenials() {
        return new DenialLog();
    }
}
