package io.keyward.role;

import java.util.List;

/**
 * Explains one decision about roles and permissions, for logs and for operators.
 *
 * <p>Its text reads {@code needs `keys:write`; key `a1b2c3d4` has `jobs:*` by role `client`}. It holds names only,
 * never a key or a hash. Immutable.
 *
 * @param granted whether the requirement was met
 * @param needs what was asked for
 * @param subject whose rights were checked
 * @param held what the subject has of the kind that was asked for, one entry each
 */
public record Explanation(boolean granted, String needs, String subject, List<String> held) {
    /** Copies the list. */
    public Explanation {
        held = List.copyOf(held);
    }

    /** Returns the explanation as one sentence. */
    @Override
    public String toString() {
        return "needs " + needs + "; " + subject + " has "
                + (held.isEmpty() ? "nothing of the kind" : String.join(", ", held));
    }
}
