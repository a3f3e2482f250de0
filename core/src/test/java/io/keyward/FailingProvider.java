package io.keyward;

import java.security.MessageDigest;
import java.security.MessageDigestSpi;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Provider;
import java.security.Security;

/** Gives SHA-256 engines that fail when told to, keeping what they were fed until then, as a real one would. */
final class FailingProvider extends Provider {
    private static final long serialVersionUID = 1L;

    private static int step;
    private static Throwable failure;

    private FailingProvider() {
        super("Failing", "1", "fails when told to");
        put("MessageDigest.SHA-256", Engine.class.getName());
    }

    static void install() {
        Security.insertProviderAt(new FailingProvider(), 1);
    }

    static void remove() {
        Security.removeProvider("Failing");
    }

    /** Fails once: at 1 after the text went in, at 2 when the hash is asked for. */
    static void failAt(int next, Throwable with) {
        step = next;
        failure = with;
    }

    private static void failIf(int at) {
        if (step == at) {
            step = 0;
            FailingProvider.<RuntimeException>raise(failure);
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void raise(Throwable any) throws E {
        throw (E) any;
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
            failIf(1);
        }

        @Override
        protected byte[] engineDigest() {
            failIf(2);
            return platform.digest();
        }

        @Override
        protected void engineReset() {
            platform.reset();
        }
    }
}
