package io.keyward.testing;

import io.keyward.Verification;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import io.keyward.VerificationListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Keeps every outcome, so that a test can check them.
 *
 * <pre>{@code
 * RecordingListener heard = new RecordingListener();
 * ApiKeyVerifier verifier = ApiKeyVerifier.of(ring).notifying(heard);
 * }</pre>
 *
 * <p>Grows with every verification, so it is for tests only. May be shared between threads.
 */
public final class RecordingListener implements VerificationListener {
    private final List<Verification> heard = new CopyOnWriteArrayList<>();

    /** Creates a listener without outcomes. */
    public RecordingListener() {}

    @Override
    public void onVerification(Verification verification) {
        heard.add(verification);
    }

    /** Returns every outcome, in the order of the verifications. */
    public List<Verification> outcomes() {
        return List.copyOf(heard);
    }

    /** Returns the id of each accepted key, once for each verification. */
    public List<String> acceptedIds() {
        return heard.stream()
                .filter(Accepted.class::isInstance)
                .map(outcome -> ((Accepted) outcome).keyId())
                .toList();
    }

    /** Returns the reason of each rejected key. */
    public List<Reason> rejections() {
        return heard.stream()
                .filter(Rejected.class::isInstance)
                .map(outcome -> ((Rejected) outcome).reason())
                .toList();
    }

    /** Forgets all outcomes. */
    public void clear() {
        heard.clear();
    }

    @Override
    public String toString() {
        return "RecordingListener[" + heard.size() + " outcomes]";
    }
}
