package io.keyward.benchmarks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.HashedSecret;
import io.keyward.KeyState;
import io.keyward.Verification;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What does {@code verify} cost next to the hash it cannot do without, for each answer it can give?
 *
 * <p>{@code digest} is the floor: a reused {@link MessageDigest} over bytes that lie ready. {@code digestOfText} first
 * takes the bytes out of the same strings in the same order, which is the floor where the strings do not fit the
 * caches: then the time is that of fetching them. {@code clock} is the one clock read of a key with a window;
 * {@code validThenClock} has it where that key has it, after other work, where it takes longer.
 *
 * <pre>
 * benchmarks/build
 * java -jar benchmarks/target/benchmarks.jar VerifyBenchmark -prof gc -f 3 -wi 5 -i 5 -w 1 -r 1
 * java -jar benchmarks/target/benchmarks.jar VerifyBenchmark.valid -p keys=1000000 -jvmArgs -Xmx4g -t 2
 * </pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init")
public class VerifyBenchmark {
    /** Keys in random order: of a million on, an array far larger than the caches. */
    @State(Scope.Benchmark)
    public static class Keys {
        @Param("100")
        int keys;

        String[] texts;

        /** Makes the keys. */
        @Setup
        public void make() {
            texts = SampleKeys.texts(keys, 1);
        }
    }

    /** The same keys as bytes. */
    @State(Scope.Benchmark)
    public static class Bytes {
        byte[][] texts;

        /** Copies them in the order of the texts. */
        @Setup
        public void copy(Keys keys) {
            texts = Arrays.stream(keys.texts)
                    .map(text -> text.getBytes(ISO_8859_1))
                    .toArray(byte[][]::new);
        }
    }

    /** A ring that knows the keys. */
    @State(Scope.Benchmark)
    public static class Ring {
        ApiKeyVerifier verifier;

        /** Builds the ring. */
        @Setup
        public void build(Keys keys) {
            verifier = ApiKeyVerifier.of(SampleKeys.ring(keys.texts, change()));
        }

        UnaryOperator<ApiKeyRecord.Builder> change() {
            return record -> record;
        }
    }

    /** A ring in which every key will expire. */
    public static class ExpiringRing extends Ring {
        @Override
        UnaryOperator<ApiKeyRecord.Builder> change() {
            return record -> endingAt(record, "2999-01-01T00:00:00Z");
        }
    }

    /** A ring in which every key has expired. */
    public static class ExpiredRing extends Ring {
        @Override
        UnaryOperator<ApiKeyRecord.Builder> change() {
            return record -> endingAt(record, "2020-01-01T00:00:00Z");
        }
    }

    /** A ring in which every key is revoked. */
    public static class RevokedRing extends Ring {
        @Override
        UnaryOperator<ApiKeyRecord.Builder> change() {
            return record -> record.state(KeyState.REVOKED);
        }
    }

    /** Keys made elsewhere and a ring that knows them. */
    @State(Scope.Benchmark)
    public static class Foreign {
        String[] texts;
        ApiKeyVerifier verifier;

        /** Makes both. */
        @Setup
        public void make(Keys keys) {
            texts = SampleKeys.foreignTexts(keys.keys, 2);
            verifier = ApiKeyVerifier.of(SampleKeys.ring(texts, record -> record));
        }
    }

    /** Texts that no ring knows: as many as there are keys, within reason. */
    @State(Scope.Benchmark)
    public static class Strangers {
        private static final int MOST = 1_000_000;

        String[] unknown;
        String[] badCheck;
        String[] malformed;
        String overLong;

        /** Makes them. */
        @Setup
        public void make(Keys keys) {
            unknown = SampleKeys.texts(Math.min(Math.max(keys.keys, 100), MOST), 3);
            badCheck = Arrays.stream(unknown)
                    .map(text -> text.substring(0, text.length() - 6) + "000000")
                    .toArray(String[]::new);
            malformed = Arrays.stream(unknown)
                    .map(text -> text.replaceFirst("_", " "))
                    .toArray(String[]::new);
            overLong = "A".repeat(7_000);
        }
    }

    /** What a thread hashes with. */
    @State(Scope.Thread)
    public static class Engine {
        final byte[] text = new byte[256];
        final byte[] hash = new byte[32];
        MessageDigest digest;

        /** Gets the engine. */
        @Setup
        public void open() throws GeneralSecurityException {
            digest = MessageDigest.getInstance("SHA-256");
        }
    }

    /** The floor. */
    @Benchmark
    public byte[] digest(Bytes bytes, Turn turn, Engine engine) throws GeneralSecurityException {
        byte[] text = bytes.texts[turn.next(bytes.texts.length)];
        engine.digest.update(text, 0, text.length);
        engine.digest.digest(engine.hash, 0, engine.hash.length);
        return engine.hash;
    }

    /** The floor for a caller that has strings; the deprecated method is the cheapest way to the bytes there is. */
    @Benchmark
    @SuppressWarnings("deprecation")
    public byte[] digestOfText(Keys keys, Turn turn, Engine engine) throws GeneralSecurityException {
        String text = keys.texts[turn.next(keys.texts.length)];
        text.getBytes(0, text.length(), engine.text, 0);
        engine.digest.update(engine.text, 0, text.length());
        engine.digest.digest(engine.hash, 0, engine.hash.length);
        return engine.hash;
    }

    /** One reading of the clock. */
    @Benchmark
    public long clock() {
        return System.currentTimeMillis();
    }

    /** A valid key without a window. */
    @Benchmark
    public Verification valid(Keys keys, Ring ring, Turn turn) {
        return ring.verifier.verify(keys.texts[turn.next(keys.texts.length)]);
    }

    /** A valid key without a window, and a clock read after it: what a key that will expire cannot do without. */
    @Benchmark
    public long validThenClock(Keys keys, Ring ring, Turn turn) {
        Verification verification = ring.verifier.verify(keys.texts[turn.next(keys.texts.length)]);
        return verification.isAccepted() ? System.currentTimeMillis() : 0;
    }

    /** A valid key that will expire. */
    @Benchmark
    public Verification expiring(Keys keys, ExpiringRing ring, Turn turn) {
        return ring.verifier.verify(keys.texts[turn.next(keys.texts.length)]);
    }

    /** A key that has expired. */
    @Benchmark
    public Verification expired(Keys keys, ExpiredRing ring, Turn turn) {
        return ring.verifier.verify(keys.texts[turn.next(keys.texts.length)]);
    }

    /** A key that was revoked. */
    @Benchmark
    public Verification revoked(Keys keys, RevokedRing ring, Turn turn) {
        return ring.verifier.verify(keys.texts[turn.next(keys.texts.length)]);
    }

    /** A valid key made elsewhere. */
    @Benchmark
    public Verification foreign(Foreign foreign, Turn turn) {
        return foreign.verifier.verify(foreign.texts[turn.next(foreign.texts.length)]);
    }

    /** A well-formed key that nobody issued. */
    @Benchmark
    public Verification unknown(Strangers strangers, Ring ring, Turn turn) {
        return ring.verifier.verify(strangers.unknown[turn.next(strangers.unknown.length)]);
    }

    /** A key with a wrong character in it. */
    @Benchmark
    public Verification badCheck(Strangers strangers, Ring ring, Turn turn) {
        return ring.verifier.verify(strangers.badCheck[turn.next(strangers.badCheck.length)]);
    }

    /** A text with a blank in it. */
    @Benchmark
    public Verification malformed(Strangers strangers, Ring ring, Turn turn) {
        return ring.verifier.verify(strangers.malformed[turn.next(strangers.malformed.length)]);
    }

    /** A text of 7 000 characters. */
    @Benchmark
    public Verification overLong(Strangers strangers, Ring ring) {
        return ring.verifier.verify(strangers.overLong);
    }

    private static ApiKeyRecord.Builder endingAt(ApiKeyRecord.Builder record, String end) {
        HashedSecret secret = record.build().current();
        return record.secrets(List.of(secret.withExpiresAt(Instant.parse(end))));
    }
}
