package io.keyward.role;

import java.util.List;

/** Thrown when declared roles do not fit together. Names every problem, not only the first. */
public final class RoleModelException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    RoleModelException(List<String> problems) {
        super("the roles do not fit together: " + String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** Returns what is wrong, one sentence a problem. */
    public List<String> problems() {
        return problems;
    }
}
