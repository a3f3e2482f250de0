package io.keyward.benchmarks;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** Makes keys to measure with: millions in seconds, and the same ones in each JVM. They guard nothing. */
final class SampleKeys {
    static final KeyFormat FORMAT = KeyFormat.of("kw_live");
    static final KeyHasher SHA256 = KeyHasher.sha256();

    private static final int ID_START = "kw_live_".length();
    private static final int ID_LENGTH = 8;
    private static final int ID_RADIX = 36;
    private static final long IDS = 2_821_109_907_456L; // ID_RADIX to the power of ID_LENGTH
    private static final long ID_STEP = 110_000_000_003L; // has no divisor in common with IDS

    private SampleKeys() {}

    /** Returns the texts of that many keys in random order; other seeds give other keys. */
    static String[] texts(int count, long seed) {
        ApiKeyGenerator generator = ApiKeyGenerator.of(FORMAT, new FastRandom(seed));
        String[] texts = new String[count];
        Arrays.setAll(texts, i -> generator.generate(id(i)).reveal());
        Collections.shuffle(Arrays.asList(texts), new Random(seed));
        return texts;
    }

    /** Returns the texts of that many keys made elsewhere: as long as ours, without our outline. */
    static String[] foreignTexts(int count, long seed) {
        String[] texts = texts(count, seed);
        Arrays.setAll(
                texts, i -> "client-" + texts[i].substring("client-".length()).replace('_', '-'));
        return texts;
    }

    /** Returns a ring of these keys, each with the least a record has, changed as given. */
    static KeyRing ring(String[] texts, UnaryOperator<ApiKeyRecord.Builder> change) {
        List<ApiKeyRecord> records = new ArrayList<>(texts.length);
        for (int i = 0; i < texts.length; i++) {
            ApiKeyRecord.Builder record = ApiKeyRecord.builder(id(i)).hash(SHA256.hash(ApiKey.of(texts[i])));
            records.add(change.apply(record).build());
        }
        return KeyRing.builder().addAll(records).build();
    }

    /** Returns the key id that is in a text, by position. */
    static String idIn(String text) {
        return text.substring(ID_START, ID_START + ID_LENGTH);
    }

    /**
     * Returns an id as different from its neighbours as issued ones are. Two of ten million random ids would be the
     * same; of these no two are.
     */
    static String id(int number) {
        String digits = Long.toString(number * ID_STEP % IDS, ID_RADIX);
        return "0".repeat(ID_LENGTH - digits.length()) + digits;
    }

    /** Repeatable, and not secure: the system's source would take most of the time of a set-up. */
    private static final class FastRandom extends SecureRandom {
        private final SplittableRandom random;

        FastRandom(long seed) {
            random = new SplittableRandom(seed);
        }

        @Override
        public void nextBytes(byte[] bytes) {
            random.nextBytes(bytes);
        }
    }
}
