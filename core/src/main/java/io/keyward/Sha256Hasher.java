package io.keyward;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.ProviderException;

/** SHA-256, FIPS 180-4. */
final class Sha256Hasher extends KeyHasher {
    Sha256Hasher() {
        super(KeyHash.SHA256);
    }

    @Override
    Object newEngine() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new ProviderException("no JCA provider has SHA-256", e);
        }
    }

    @Override
    void digest(Object engine, byte[] bytes, int length) {
        MessageDigest digest = (MessageDigest) engine;
        digest.update(bytes, EnginePool.TEXT, length);
        try {
            digest.digest(bytes, EnginePool.RESULT, EnginePool.RESULT_LENGTH);
        } catch (DigestException e) {
            throw new ProviderException("the JCA provider's SHA-256 did not return 32 bytes", e);
        }
    }
}
