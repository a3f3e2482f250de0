package io.keyward;

import io.keyward.Verification.Rejected;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs denials. A line has only the reason and the key id, so a stranger cannot forge one. */
final class DenialLog implements VerificationListener {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyVerifier.class);

    @Override
    public void onVerification(Verification verification) {
        if (verification instanceof Rejected rejected && LOG.isDebugEnabled()) {
            if (rejected.keyId() == null) {
                LOG.debug("denied: {}", rejected.reason());
            } else {
                LOG.debug("denied: {}, key `{}`", rejected.reason(), rejected.keyId());
            }
        }
    }
}
