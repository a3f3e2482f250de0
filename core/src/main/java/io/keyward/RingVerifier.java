package io.keyward;

import static java.util.Objects.requireNonNull;

import io.keyward.Verification.Accepted;
import io.keyward.Verification.Rejected;
import io.keyward.role.RoleModel;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Verifies against the ring in force. */
final class RingVerifier implements ApiKeyVerifier {
    private final LiveKeyRing live;
    private final InstantSource clock;

    RingVerifier(LiveKeyRing live, InstantSource clock) {
        this.live = requireNonNull(live, "ring");
        this.clock = requireNonNull(clock, "clock");
    }

    @Override
    public Verification verify(@Nullable String presented) {
        if (presented == null || presented.isEmpty()) {
            return Rejected.MISSING;
        }
        if (presented.length() < ApiKey.MIN_LENGTH || presented.length() > ApiKey.MAX_LENGTH) {
            return Rejected.MALFORMED;
        }
        KeyRing ring = live.current();
        ring.requireInForce(clock);
        Object answer = Rejected.UNKNOWN;
        for (Scheme scheme : ring.schemes) {
            answer = scheme.look(presented);
            if (answer != Rejected.UNKNOWN && answer != Rejected.MALFORMED) {
                break;
            }
        }
        return verdict(answer);
    }

    /** An answer is the verdict itself, or a {@link TimedVerdict}, which needs the clock. */
    private Verification verdict(Object answer) {
        // tests final classes, the likeliest first, because a cast to the interface searches its subtypes
        if (answer instanceof Accepted accepted) {
            return accepted;
        }
        return answer instanceof TimedVerdict timed ? timed.at(clock) : (Rejected) answer;
    }

    @Override
    public Optional<RoleModel> roles() {
        return Optional.of(live.current().roles());
    }

    @Override
    public String toString() {
        return "ApiKeyVerifier[" + live + "]";
    }
}
