package io.keyward;

import static java.util.Objects.requireNonNull;

import io.keyward.role.RoleModel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a listener what another verifier answers. */
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
            // Checked exceptions of other languages and VirtualMachineError too. The verdict has been made and does not
            // depend on the listener; a StackOverflowError ends with the listener's own frames, and what the JVM is
            // told
            // to do when it is out of memory it does where the error is made, not where it is caught.
            logFirst(e);
        }
        return verification;
    }

    private void logFirst(Throwable failure) {
        if (failureLogged.compareAndSet(false, true)) {
            try {
                LOG.warn("a verification listener failed; its further failures are not logged", failure);
            } catch (Throwable noRoomToLog) {
                // Out of memory or of stack, the log fails as the listener did; the verdict still has to arrive.
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
