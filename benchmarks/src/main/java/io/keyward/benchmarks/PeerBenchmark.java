package io.keyward.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What do other ways to check a key cost, those one would write and those one would pick?
 *
 * <p>All are behind the same interface, Keyward too. What each does less is said in {@link Peer}. Those that hash
 * slowly know a few keys only: the time to make the hashes would be hours, and the time to check one does not depend on
 * how many there are.
 *
 * <pre>
 * benchmarks/build
 * java -jar benchmarks/target/benchmarks.jar PeerBenchmark -prof gc -f 3 -wi 5 -i 5 -w 1 -r 1
 * java -jar benchmarks/target/benchmarks.jar PeerBenchmark.valid -p peer=KEYWARD,HEX_HASH_MAP -p keys=1000000 -jvmArgs -Xmx4g
 * </pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init")
public class PeerBenchmark {
    /** A peer that knows the keys. */
    @State(Scope.Benchmark)
    public static class Known {
        private static final int MOST_STRANGERS = 100_000;

        @Param
        Peer peer;

        @Param("100")
        int keys;

        String[] texts;
        String[] strangers;
        KeyCheck check;

        /** Makes the keys and tells the peer. */
        @Setup
        public void make() {
            texts = SampleKeys.texts(Math.min(keys, peer.mostKeys), 1);
            // their ids are those of known keys: an encoder by id must hash for them too
            strangers = SampleKeys.texts(Math.min(texts.length, MOST_STRANGERS), 3);
            check = peer.over(texts);
            if (!check.accepts(texts[0]) || check.accepts(strangers[0])) {
                throw new IllegalStateException(peer + " does not tell keys from strangers");
            }
        }
    }

    /** A known key. */
    @Benchmark
    public boolean valid(Known known, Turn turn) {
        return known.check.accepts(known.texts[turn.next(known.texts.length)]);
    }

    /** A key that nobody issued, with an id that somebody has. */
    @Benchmark
    public boolean unknown(Known known, Turn turn) {
        return known.check.accepts(known.strangers[turn.next(known.strangers.length)]);
    }
}
