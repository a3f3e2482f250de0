package io.keyward.benchmarks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.Verification;
import java.security.GeneralSecurityException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What does {@code verify} cost with a pepper, next to the HMAC it cannot do without?
 *
 * <p>{@code mac} is the floor: a reused {@link Mac} over bytes that lie ready.
 *
 * <pre>
 * benchmarks/build
 * java -jar benchmarks/target/benchmarks.jar PepperBenchmark -prof gc -f 3 -wi 5 -i 5 -w 1 -r 1
 * </pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init")
public class PepperBenchmark {
    private static final String ALGORITHM = "HmacSHA256";

    /** Keys under a pepper. */
    @State(Scope.Benchmark)
    public static class Keys {
        @Param("100")
        int keys;

        final byte[] pepper = new byte[32];
        String[] texts;
        byte[][] bytes;
        ApiKeyVerifier verifier;

        /** Makes the keys and their ring. */
        @Setup
        public void make() {
            new Random(1).nextBytes(pepper);
            KeyHasher hasher = KeyHasher.hmacSha256("p1", pepper);
            texts = SampleKeys.texts(keys, 1);
            bytes = new byte[keys][];
            KeyRing.Builder ring = KeyRing.builder().hasher(hasher);
            for (int i = 0; i < keys; i++) {
                bytes[i] = texts[i].getBytes(ISO_8859_1);
                ring.add(ApiKeyRecord.builder(SampleKeys.id(i))
                        .hash(hasher.hash(ApiKey.of(texts[i])))
                        .build());
            }
            verifier = ApiKeyVerifier.of(ring.build());
        }
    }

    /** What a thread hashes with. */
    @State(Scope.Thread)
    public static class Engine {
        final byte[] hash = new byte[32];
        Mac mac;

        /** Gets the engine. */
        @Setup
        public void open(Keys keys) throws GeneralSecurityException {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(keys.pepper, ALGORITHM));
        }
    }

    /** The floor. */
    @Benchmark
    public byte[] mac(Keys keys, Turn turn, Engine engine) throws GeneralSecurityException {
        byte[] text = keys.bytes[turn.next(keys.bytes.length)];
        engine.mac.update(text, 0, text.length);
        engine.mac.doFinal(engine.hash, 0);
        return engine.hash;
    }

    /** A valid key. */
    @Benchmark
    public Verification valid(Keys keys, Turn turn) {
        return keys.verifier.verify(keys.texts[turn.next(keys.texts.length)]);
    }
}
