package io.keyward.testing;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyHashers;

/**
 * Makes keys for one test, and records that fit them: random, with the prefix {@code kw_test}, known to nobody.
 *
 * <p>May be shared between threads.
 */
public final class ThrowAwayKeys {
    /** The format of the keys made here. */
    public static final KeyFormat FORMAT = KeyFormat.of("kw_test");

    private static final ApiKeyGenerator GENERATOR = ApiKeyGenerator.of(FORMAT);
    private static final KeyHasher SHA256 = KeyHashers.sha256();

    private ThrowAwayKeys() {}

    /** Returns a new key. */
    public static ApiKey newKey() {
        return GENERATOR.generate();
    }

    /** Returns a record of a key: its own id, SHA-256, active, without roles or window; change it by the builder. */
    public static ApiKeyRecord.Builder recordOf(ApiKey key) {
        return ApiKeyRecord.builder(FORMAT.idOf(key)).hash(SHA256.hash(key));
    }
}
