package io.keyward;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown when records cannot be in one ring. Names every problem, not only the first. */
public final class KeyRingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN = 20;

    private final transient List<Problem> problems;

    KeyRingException(List<Problem> problems) {
        super(describe(problems));
        this.problems = List.copyOf(problems);
    }

    /** Returns what is wrong, in the order of the records. */
    public List<Problem> problems() {
        return problems;
    }

    private static String describe(List<Problem> problems) {
        String shown = problems.stream().limit(SHOWN).map(Problem::toString).collect(Collectors.joining("; "));
        int more = problems.size() - SHOWN;
        return "the keys do not fit together: " + shown + (more > 0 ? "; and " + more + " more" : "");
    }

    /**
     * Describes what is wrong with one record.
     *
     * @param keyId the record's id
     * @param description the problem and its remedy, without any hash
     */
    public record Problem(String keyId, String description) {
        @Override
        public String toString() {
            return "key `" + keyId + "`: " + description;
        }
    }
}
