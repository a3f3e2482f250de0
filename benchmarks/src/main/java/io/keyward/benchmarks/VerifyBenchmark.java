package io.keyward.benchmarks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.HashedSecret;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyHashers;
import io.keyward.KeyRing;
import io.keyward.Verification;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
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
 * What does {@code verify} cost beside the hash it cannot do without?
 *
 * <p>Read the figures as ratios within one run. {@code digest} hashes ready bytes; {@code copyAndDigest} first takes them out
 * of the same strings in the same order, which is the fair base where the keys do not fit the cache; {@code hexAndHashMap}
 * is what people write.
 *
 * <pre>
 * mvn -q package -DskipTests -pl benchmarks -am
 * java -jar benchmarks/target/benchmarks.jar VerifyBenchmark -prof gc
 * java -jar benchmarks/target/benchmarks.jar VerifyBenchmark -prof gc -p keys=1000000 -jvmArgs -Xmx8g
 * </pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
public class VerifyBenchmark {
    /** Keys in random order, and a ring that knows them. */
    @State(Scope.Benchmark)
    public static class Keys {
        @Param("100")
        int keys;

        final KeyFormat format = KeyFormat.of("kw_live");
        final KeyHasher sha256 = KeyHashers.sha256();
        String[] valid;
        byte[][] bytes;
        String[] unknown;
        String[] badCheck;
        String[] malformed;
        String overLong;
        ApiKeyVerifier verifier;
        ApiKeyVerifier windowed;

        @Setup
        public void fill() {
            ApiKeyGenerator generator = ApiKeyGenerator.of(format);
            List<ApiKeyRecord> records = new ArrayList<>(keys);
            List<String> texts = new ArrayList<>(keys);
            for (int i = 0; i < keys; i++) {
                ApiKey key = generator.generate();
                texts.add(key.reveal());
                records.add(ApiKeyRecord.builder("k" + i).hash(sha256.hash(key)).build());
            }
            Collections.shuffle(texts, new Random(1));
            valid = texts.toArray(String[]::new);
            bytes = texts.stream().map(text -> text.getBytes(ISO_8859_1)).toArray(byte[][]::new);
            verifier = ApiKeyVerifier.of(KeyRing.builder().addAll(records).build());
            records.replaceAll(record -> record.toBuilder()
                    .secrets(List.of(new HashedSecret(
                            record.current().hash(), Instant.EPOCH, Instant.parse("2999-01-01T00:00:00Z"))))
                    .build());
            windowed = ApiKeyVerifier.of(KeyRing.builder().addAll(records).build());

            unknown = new String[100];
            badCheck = new String[100];
            malformed = new String[100];
            for (int i = 0; i < 100; i++) {
                unknown[i] = generator.generate().reveal();
                badCheck[i] = generator.generate().reveal().substring(0, 46) + "000000";
                malformed[i] = generator.generate().reveal().replaceFirst("_", " ");
            }
            overLong = "A".repeat(7_000);
        }
    }

    /** Keys under a pepper. */
    @State(Scope.Benchmark)
    public static class PepperedKeys {
        String[] valid = new String[100];
        byte[][] bytes = new byte[100][];
        byte[] pepper = new byte[32];
        ApiKeyVerifier verifier;

        @Setup
        public void fill() {
            new Random(1).nextBytes(pepper);
            KeyHasher hasher = KeyHashers.hmacSha256("p1", pepper);
            ApiKeyGenerator generator = ApiKeyGenerator.of(KeyFormat.of("kw_live"));
            KeyRing.Builder ring = KeyRing.builder().hasher(hasher);
            for (int i = 0; i < valid.length; i++) {
                ApiKey key = generator.generate();
                valid[i] = key.reveal();
                bytes[i] = valid[i].getBytes(ISO_8859_1);
                ring.add(ApiKeyRecord.builder("k" + i).hash(hasher.hash(key)).build());
            }
            verifier = ApiKeyVerifier.of(ring.build());
        }
    }

    /** What people write: a hexadecimal digest into a {@code HashMap}. */
    @State(Scope.Benchmark)
    public static class HexKeys {
        final Map<String, String> byHex = new HashMap<>();

        @Setup
        public void fill(Keys keys) throws GeneralSecurityException {
            for (String text : keys.valid) {
                byHex.put(hex(text), "k");
            }
        }

        String hex(String text) throws GeneralSecurityException {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        }
    }

    /** What a thread works with. */
    @State(Scope.Thread)
    public static class Desk {
        final byte[] text = new byte[256];
        final byte[] hash = new byte[32];
        final MessageDigest digest;
        final Mac mac;
        private int at;

        public Desk() {
            try {
                digest = MessageDigest.getInstance("SHA-256");
                mac = Mac.getInstance("HmacSHA256");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        @Setup
        public void init(PepperedKeys keys) throws GeneralSecurityException {
            mac.init(new SecretKeySpec(keys.pepper, "HmacSHA256"));
        }

        int next(int length) {
            at = at + 1 < length ? at + 1 : 0;
            return at;
        }
    }

    @Benchmark
    public byte[] digest(Keys keys, Desk desk) throws GeneralSecurityException {
        byte[] text = keys.bytes[desk.next(keys.bytes.length)];
        desk.digest.update(text, 0, text.length);
        desk.digest.digest(desk.hash, 0, 32);
        return desk.hash;
    }

    @Benchmark
    @SuppressWarnings("deprecation")
    public byte[] copyAndDigest(Keys keys, Desk desk) throws GeneralSecurityException {
        String text = keys.valid[desk.next(keys.valid.length)];
        text.getBytes(0, text.length(), desk.text, 0);
        desk.digest.update(desk.text, 0, text.length());
        desk.digest.digest(desk.hash, 0, 32);
        return desk.hash;
    }

    @Benchmark
    public String hexAndHashMap(Keys keys, HexKeys hex, Desk desk) throws GeneralSecurityException {
        return hex.byHex.get(hex.hex(keys.valid[desk.next(keys.valid.length)]));
    }

    @Benchmark
    public Verification valid(Keys keys, Desk desk) {
        return keys.verifier.verify(keys.valid[desk.next(keys.valid.length)]);
    }

    @Benchmark
    public Verification windowed(Keys keys, Desk desk) {
        return keys.windowed.verify(keys.valid[desk.next(keys.valid.length)]);
    }

    @Benchmark
    public long clock() {
        return System.currentTimeMillis();
    }

    @Benchmark
    public Verification unknown(Keys keys, Desk desk) {
        return keys.verifier.verify(keys.unknown[desk.next(100)]);
    }

    @Benchmark
    public Verification badCheck(Keys keys, Desk desk) {
        return keys.verifier.verify(keys.badCheck[desk.next(100)]);
    }

    @Benchmark
    public Verification malformed(Keys keys, Desk desk) {
        return keys.verifier.verify(keys.malformed[desk.next(100)]);
    }

    @Benchmark
    public Verification overLong(Keys keys) {
        return keys.verifier.verify(keys.overLong);
    }

    @Benchmark
    public byte[] mac(PepperedKeys keys, Desk desk) throws GeneralSecurityException {
        byte[] text = keys.bytes[desk.next(100)];
        desk.mac.update(text, 0, text.length);
        desk.mac.doFinal(desk.hash, 0);
        return desk.hash;
    }

    @Benchmark
    public Verification peppered(PepperedKeys keys, Desk desk) {
        return keys.verifier.verify(keys.valid[desk.next(100)]);
    }
}
