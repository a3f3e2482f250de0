package io.keyward;

import java.security.MessageDigest;
import java.security.MessageDigestSpi;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Provider;
import java.security.Security;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the SHA-256 digests that are finished while it is installed, and lets the platform make them. */
final class CountingProvider extends Provider {
    private static final long serialVersionUID = 1L;
    private static final AtomicLong DIGESTS = new AtomicLong();

    private CountingProvider() {
        super("Counting", "1", "counts digests");
        put("MessageDigest.SHA-256", Engine.class.getName());
    }

    static void install() {
        Security.insertProviderAt(new CountingProvider(), 1);
    }

    static void remove() {
        Security.removeProvider("Counting");
    }

    static long digests() {
        return DIGESTS.get();
    }

    /** Made by the JCA. */
    public static final class Engine extends MessageDigestSpi {
        private final MessageDigest platform;

        public Engine() throws NoSuchAlgorithmException, NoSuchProviderException {
            platform = MessageDigest.getInstance("SHA-256", "SUN");
        }

        @Override
        protected int engineGetDigestLength() {
            return 32;
        }

        @Override
        protected void engineUpdate(byte input) {
            platform.update(input);
        }

        @Override
        protected void engineUpdate(byte[] input, int offset, int length) {
            platform.update(input, offset, length);
        }

        @Override
        protected byte[] engineDigest() {
            DIGESTS.incrementAndGet();
            return platform.digest();
        }

        @Override
        protected void engineReset() {
            platform.reset();
        }
    }
}
