package io.keyward.benchmarks;

import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/** Says whose turn it is in an array; each thread has its own place in it. */
@State(Scope.Thread)
public class Turn {
    /** Two threads must not present the same key at the same time: one would find it in the cache the other filled. */
    private static final int APART = 500_009;

    private int at;

    /** Starts each thread elsewhere. */
    @Setup
    public void start(ThreadParams thread) {
        at = thread.getThreadIndex() * APART;
    }

    int next(int length) {
        at = at + 1 < length ? at + 1 : 0;
        return at;
    }
}
