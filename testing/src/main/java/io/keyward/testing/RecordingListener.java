package io.keyward.testing;

import io.keyward.Verification;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import io.keyward.VerificationListener;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Keeps the outcomes it hears, for a test to look at.
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

    /** Creates a listener that has heard nothing. */
    public RecordingListener() {}

    @Override
    public void onVerification(Verification verification) {
        heard.add(verification);
    }

    /** Returns every outcome, in the order in which they were heard. */
    public List<Verification> outcomes() {
        return List.copyOf(heard);
    }

    /** Returns the ids of the keys accepted, once for each time. */
    public List<String> acceptedIds() {
        return heard.stream()
                .filter(Accepted.class::isInstance)
                .map(outcome -> ((Accepted) outcome).keyId())
                .toList();
    }

    /** Returns the reasons of the refusals. */
    public List<Reason> refusals() {
        return heard.stream()
                .filter(Rejected.class::isInstance)
                .map(outcome -> ((Rejected) outcome).reason())
                .toList();
    }

    /** Forgets what was heard. */
    public void clear() {
        heard.clear();
    }

    @Override
    public String toString() {
        return "RecordingListener[" + heard.size() + " outcomes]";
    }
}
