package io.keyward.servlet.guide;

// snippet: gate
import io.keyward.Verification;
import io.keyward.servlet.AccessListener;
import io.keyward.servlet.RequestGate;
import io.keyward.servlet.RequestInfo;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Denies a peer that was without a valid key ten times, until a timer of yours calls {@code forget}. */
class Guesses implements AccessListener, RequestGate {
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();

    @Override
    public void decided(Outcome outcome, Verification verification, RequestInfo request) {
        if (outcome == Outcome.UNAUTHORIZED && failures.size() < 10_000) {
            failures.merge(request.peer(), 1, Integer::sum);
        }
    }

    @Override
    public void decided(Outcome outcome, Verification verification) {
        // The other method hears of the same decision.
    }

    @Override
    public Duration beforeVerdict(RequestInfo request) {
        return failures.getOrDefault(request.peer(), 0) < 10 ? null : Duration.ofMinutes(1);
    }

    void forget() {
        failures.clear();
    }
}
// end
