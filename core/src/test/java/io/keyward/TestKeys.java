package io.keyward;

import java.util.Random;

/** What the tests of this package need again and again: keys known to nobody, records and rings of them. */
final class TestKeys {
    static final KeyFormat FORMAT = KeyFormat.of("kw_test");
    static final ApiKeyGenerator GENERATOR = ApiKeyGenerator.of(FORMAT);
    static final KeyHasher SHA256 = KeyHashers.sha256();

    private TestKeys() {}

    /** Tells whether the long repetitions run at their whole length ({@code mvn -Pfull verify}). */
    static boolean full() {
        return Boolean.getBoolean("tests.full");
    }

    /** Returns a generator with a seed that is printed, so that a failure can be repeated. */
    static Random seededRandom(String test) {
        long seed = Long.getLong("tests.seed", System.nanoTime());
        System.out.println(test + ": -Dtests.seed=" + seed);
        return new Random(seed);
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
