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
        } catch (VirtualMachineError e) {
            // not the listener's doing, and nothing to go on with
            throw e;
        } catch (Throwable e) {
            // whatever it throws, checked exceptions by other languages too: no verdict may hang on a listener
            if (failureLogged.compareAndSet(false, true)) {
                LOG.warn("a verification listener failed; its further failures are not logged", e);
            }
        }
        return verification;
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
