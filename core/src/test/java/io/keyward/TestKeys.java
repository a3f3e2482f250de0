package io.keyward;

import java.util.Random;

/** What the tests of this package need again and again: keys known to nobody, records and rings of them. */
final class TestKeys {
    static final KeyFormat FORMAT = KeyFormat.of("kw_test");
    static final ApiKeyGenerator GENERATOR = ApiKeyGenerator.of(FORMAT);
    static final KeyHasher SHA256 = KeyHasher.sha256();

    private TestKeys() {}

    /** Tells whether the long repetitions run at their whole length ({@code mvn -Pfull verify}). */
    static boolean full() {
        return Boolean.getBoolean("tests.full");
    }

    /** Returns a generator whose seed is the same in each run, unless {@code -Dtests.seed} gives another. */
    static Random seededRandom() {
        return seededRandom(0);
    }

    /** Returns a generator with a seed of its own for each repetition. */
    static Random seededRandom(int repetition) {
        return new Random(Long.getLong("tests.seed", 1) + repetition);
    }

    static ApiKey newKey() {
        return GENERATOR.generate();
    }

    static ApiKeyRecord.Builder recordOf(ApiKey key) {
        return ApiKeyRecord.builder(FORMAT.idOf(key)).hash(SHA256.hash(key));
    }

    static KeyRing ringOf(ApiKey... keys) {
        KeyRing.Builder ring = KeyRing.builder();
        for (ApiKey key : keys) {
            ring.add(recordOf(key).build());
        }
        return ring.build();
    }
}
