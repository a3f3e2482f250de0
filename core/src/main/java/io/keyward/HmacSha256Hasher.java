package io.keyward;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.ProviderException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA-256 under a pepper, RFC 2104 and FIPS 180-4. */
final class HmacSha256Hasher extends KeyHasher {
    private static final String ALGORITHM = "HmacSHA256";

    /** Never change this: no stored check value would match any more. No key contains the zero bytes. */
    private static final String CHECK_LABEL = "\0keyward pepper check\0";

    private static final int CHECK_BYTES = 8;

    /** Transient for the same reason as the text in {@link ApiKey}. */
    private final transient SecretKeySpec pepper;

    HmacSha256Hasher(String pepperId, byte[] pepper) {
        super(KeyHash.HMAC_SHA256 + ":" + pepperId);
        this.pepper = new SecretKeySpec(pepper, ALGORITHM);
    }

    @Override
    public Optional<String> check() {
        byte[] label = (CHECK_LABEL + scheme()).getBytes(UTF_8);
        byte[] check = ((Mac) newEngine()).doFinal(label);
        return Optional.of(HexFormat.of().formatHex(check, 0, CHECK_BYTES));
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
        mac.update(bytes, EnginePool.TEXT, length);
        try {
            mac.doFinal(bytes, EnginePool.RESULT);
        } catch (ShortBufferException e) {
            throw new ProviderException("the JCA provider's HMAC-SHA-256 returned more than 32 bytes", e);
        }
    }
}
