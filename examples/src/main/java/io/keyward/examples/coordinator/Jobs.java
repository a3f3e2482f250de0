package io.keyward.examples.coordinator;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Keeps the newest jobs in memory, up to a bound; may be shared between threads. */
final class Jobs {
    static final int MAX_JOBS = 1_000;

    private final Deque<Job> newestFirst = new ArrayDeque<>();
    private long lastNumber;

    /**
     * A submitted job.
     *
     * @param id its name in answers
     * @param prompt what is to be done
     * @param submittedBy the id of the key that submitted it
     * @param submittedAt when
     */
    record Job(String id, String prompt, String submittedBy, Instant submittedAt) {}

    synchronized Job submit(String prompt, String submittedBy) {
        Job job = new Job("job-" + ++lastNumber, prompt, submittedBy, Instant.now());
        newestFirst.addFirst(job);
        if (newestFirst.size() > MAX_JOBS) {
            newestFirst.removeLast();
        }
        return job;
    }

    synchronized List<Job> all() {
        return List.copyOf(newestFirst);
    }
}
