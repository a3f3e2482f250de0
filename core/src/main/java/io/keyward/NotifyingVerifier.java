package io.keyward;

import static java.util.Objects.requireNonNull;

import io.keyward.role.RoleModel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifies a listener of what another verifier answers. */
final class NotifyingVerifier implements ApiKeyVerifier {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyVerifier.class);

    private final ApiKeyVerifier verifier;
    private final VerificationListener listener;
    private final AtomicBoolean failureLogged = new AtomicBoolean();

    NotifyingVerifier(ApiKeyVerifier verifier, VerificationListener listener) {
        this.verifier = verifier;
        this.listener = requireNonNull(listener, "listener");
    }

    @Override
    public Verification verify(@Nullable String presented) {
        Verification verification = verifier.verify(presented);
        try {
            listener.onVerification(verification);
        } catch (Throwable e) {
            // Checked exceptions of other languages and VirtualMachineError too, because the verdict is made and does
            // not depend on the listener. A StackOverflowError ends with the listener's own frames. What the JVM does
            // when it runs out of memory happens where the error is thrown, not where it is caught.
            logFirst(e);
        }
        return verification;
    }

    private void logFirst(Throwable failure) {
        if (failureLogged.compareAndSet(false, true)) {
            try {
                LOG.warn("a verification listener failed; its further failures are not logged", failure);
            } catch (Throwable noRoomToLog) {
                // Without memory or stack the log fails as the listener did, but the caller must still get the verdict.
                failureLogged.set(false);
            }
        }
    }

    @Override
    public Optional<RoleModel> roles() {
        return verifier.roles();
    }

    @Override
    public String toString() {
        return verifier + " notifying " + listener;
    }
}
