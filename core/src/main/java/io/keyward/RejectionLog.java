package io.keyward;

import io.keyward.Verification.Rejected;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs rejections. A line has only the reason and the key id, so a stranger cannot forge one. */
final class RejectionLog implements VerificationListener {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyVerifier.class);

    @Override
    public void onVerification(Verification verification) {
        if (verification instanceof Rejected rejected && LOG.isDebugEnabled()) {
            if (rejected.keyId() == null) {
                LOG.debug("rejected: {}", rejected.reason());
            } else {
                LOG.debug("rejected: {}, key `{}`", rejected.reason(), rejected.keyId());
            }
        }
    }
}
