package io.keyward.benchmarks;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.KeyState;
import io.keyward.LiveKeyRing;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.InMemoryApiKeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Does the price of one revoke grow with the number of keys? From the call of the manager until the new ring is in
 * force, over a store in memory; next to it the building of the whole ring, which is what a revoke would cost without
 * shared parts.
 *
 * <p>{@code java -Xmx4g -jar benchmarks/target/benchmarks.jar ChangeBenchmark}
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@SuppressWarnings("NullAway.Init")
public class ChangeBenchmark {
    /** A service that holds many keys. */
    @State(Scope.Benchmark)
    public static class Service {
        @Param({"100", "10000", "1000000"})
        int keys;

        private final InMemoryApiKeyStore store = InMemoryApiKeyStore.create();
        private final LiveKeyRing ring = LiveKeyRing.of(KeyRing.of());
        private final List<String> ids = new ArrayList<>();
        private ApiKeyManager manager;

        /** Stores the keys and puts them in force. */
        @Setup
        public void fill() {
            ApiKeyGenerator generator = ApiKeyGenerator.of(KeyFormat.of("kw_bench"));
            KeyHasher sha256 = KeyHasher.sha256();
            for (int i = 0; i < keys; i++) {
                ApiKey key = generator.generate();
                String id = generator.format().idOf(key);
                store.insert(ApiKeyRecord.builder(id).hash(sha256.hash(key)).build());
                ids.add(id);
            }
            ring.publish(KeyRing.builder().addAll(store.load().records()).build());
            manager = ApiKeyManager.builder(store, ring, generator).build();
        }

        String anyId() {
            return ids.get(ThreadLocalRandom.current().nextInt(ids.size()));
        }
    }

    /** Costs what a revoke costs: a revoke itself can be done but once. */
    @Benchmark
    public Object switchOffAndPublish(Service service) {
        String id = service.anyId();
        boolean active = service.ring.current().find(id).orElseThrow().state() == KeyState.ACTIVE;
        return active ? service.manager.disable(id) : service.manager.enable(id);
    }

    /** Builds a ring of all records anew. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @Warmup(iterations = 3)
    @Measurement(iterations = 5)
    public Object buildWholeRing(Service service) {
        return KeyRing.builder().addAll(service.ring.current().records()).build();
    }
}
