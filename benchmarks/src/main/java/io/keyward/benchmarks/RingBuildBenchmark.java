package io.keyward.benchmarks;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyRing;
import java.util.List;
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
 * How long does it take to build a ring of records that are in memory, as at each reload?
 *
 * <pre>
 * benchmarks/build
 * java -jar benchmarks/target/benchmarks.jar RingBuildBenchmark -f 3 -wi 3 -i 5 -p keys=1000000 -jvmArgs -Xmx4g
 * </pre>
 */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init")
public class RingBuildBenchmark {
    /** What the ring is made of. */
    @State(Scope.Benchmark)
    public static class Records {
        @Param("TYPICAL")
        SampleRecords kind;

        @Param("10000")
        int keys;

        List<ApiKeyRecord> records;
        KeyRing ring;
        ApiKeyRecord changed;

        /** Makes the records, and a ring of them to change. */
        @Setup
        public void make() {
            records = kind.make(keys);
            ring = SampleRecords.ring(records);
            changed = records.get(keys / 2).toBuilder().name("changed").build();
        }
    }

    /** A whole ring. */
    @Benchmark
    public KeyRing build(Records records) {
        return SampleRecords.ring(records.records);
    }

    /** A ring with one record changed, as at each revocation. */
    @Benchmark
    public KeyRing changeOne(Records records) {
        return records.ring.with(List.of(records.changed));
    }
}
