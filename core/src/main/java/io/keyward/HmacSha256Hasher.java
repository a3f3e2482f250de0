package io.keyward;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.ProviderException;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256 under a pepper, RFC 2104 and FIPS 180-4. */
final class HmacSha256Hasher extends KeyHasher {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec pepper;

    HmacSha256Hasher(String pepperId, byte[] pepper) {
        super(KeyHash.HMAC_SHA256 + ":" + pepperId);
        this.pepper = new SecretKeySpec(pepper, ALGORITHM);
    }

    @Override
    Object newEngine() {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(pepper);
            return mac;
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new ProviderException("no JCA provider has HMAC-SHA-256 for this pepper", e);
        }
    }

    @Override
    void digest(Object engine, byte[] bytes, int length) {
        Mac mac = (Mac) engine;
        mac.update(bytes, Desks.TEXT, length);
        try {
            mac.doFinal(bytes, Desks.RESULT);
        } catch (ShortBufferException e) {
            throw new ProviderException("the JCA provider's HMAC-SHA-256 gave more than 32 bytes", e);
        }
    }
}
