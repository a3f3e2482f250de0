package io.keyward;

import static io.keyward.TestKeys.newKey;
import static io.keyward.TestKeys.recordOf;
import static io.keyward.TestKeys.ringOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LiveKeyRingTest {
    @Test
    void givesBackWhatWasPublished() {
        KeyRing first = ringOf(newKey());
        KeyRing second = ringOf(newKey(), newKey());
        LiveKeyRing live = LiveKeyRing.of(first);
        assertSame(first, live.current());
        live.publish(second);
        assertSame(second, live.current());
        assertEquals("LiveKeyRing[KeyRing[2 keys]]", live.toString());
    }

    /**
     * Ring {@code n} knows one permanent key, and the odd or even one of two others under the name {@code ring<n>}. A
     * thread that reads {@code published} before it verifies must find a ring at least that new.
     */
    @Test
    @Timeout(120)
    @DisplayName(
            "LI-08, G8, G9, G14 eight threads verify through a thousand publications without a stale or torn answer")
    void verifiesThroughAThousandPublications() throws InterruptedException {
        int publications = 1_000;
        ApiKey permanent = newKey();
        ApiKey[] alternating = {newKey(), newKey()};
        LiveKeyRing live = LiveKeyRing.of(ring(permanent, alternating[0], 0));
        ApiKeyVerifier verifier = ApiKeyVerifier.of(live);
        AtomicInteger published = new AtomicInteger();
        AtomicLong verified = new AtomicLong();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        CountDownLatch started = new CountDownLatch(8);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            Thread thread = new Thread(() -> {
                do {
                    int atLeast = published.get();
                    String stable = verifier.verify(permanent.reveal()).keyId();
                    if (stable == null || version(stable) < atLeast || version(stable) > published.get() + 1) {
                        wrong.add("permanent key answered by " + stable + " after ring " + atLeast);
                    }
                    for (int parity = 0; parity < 2; parity++) {
                        int before = published.get();
                        String id =
                                verifier.verify(alternating[parity].reveal()).keyId();
                        int after = published.get() + 1;
                        boolean torn = id != null
                                && (version(id) < before || version(id) > after || version(id) % 2 != parity);
                        if (torn) {
                            wrong.add(
                                    "alternating key answered by " + id + " between rings " + before + " and " + after);
                        }
                    }
                    verified.addAndGet(3);
                    started.countDown();
                } while (published.get() < publications);
            });
            thread.start();
            threads.add(thread);
        }
        started.await();
        for (int n = 1; n <= publications; n++) {
            live.publish(ring(permanent, alternating[n % 2], n));
            published.set(n);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertTrue(wrong.isEmpty(), () -> wrong.size() + " wrong, first: " + wrong.peek());
        assertEquals("perm" + publications, verifier.verify(permanent.reveal()).keyId());
        assertFalse(verifier.verify(alternating[1].reveal()).isAccepted());
        System.out.println("LiveKeyRingTest: " + verified + " verifications during " + publications + " publications");
    }

    private static KeyRing ring(ApiKey permanent, ApiKey alternating, int n) {
        return KeyRing.of(
                ApiKeyRecord.builder("perm" + n)
                        .hash(TestKeys.SHA256.hash(permanent))
                        .build(),
                ApiKeyRecord.builder("ring" + n)
                        .hash(TestKeys.SHA256.hash(alternating))
                        .build());
    }

    private static int version(String id) {
        return Integer.parseInt(id.substring(4));
    }

    @Test
    @DisplayName("AP-06, G14 many threads share one verifier without a wrong verdict")
    void servesManyThreads() throws InterruptedException {
        int count = TestKeys.full() ? 10_000 : 1_000;
        List<ApiKey> known = new ArrayList<>();
        List<ApiKey> unknown = new ArrayList<>();
        KeyRing.Builder ring = KeyRing.builder();
        for (int i = 0; i < 50; i++) {
            known.add(newKey());
            unknown.add(newKey());
            ring.add(recordOf(known.get(i)).build());
        }
        ApiKeyVerifier verifier = ApiKeyVerifier.of(ring.build());
        AtomicInteger wrong = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 64; t++) {
            int offset = t;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < count; i++) {
                    ApiKey key = known.get((i + offset) % 50);
                    boolean right = TestKeys.FORMAT
                                    .idOf(key)
                                    .equals(verifier.verify(key.reveal()).keyId())
                            && !verifier.verify(unknown.get(i % 50).reveal()).isAccepted();
                    if (!right) {
                        wrong.incrementAndGet();
                    }
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, wrong.get());
    }
}
