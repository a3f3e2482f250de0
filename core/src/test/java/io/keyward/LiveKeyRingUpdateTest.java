package io.keyward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class LiveKeyRingUpdateTest {
    private static final ApiKeyGenerator GENERATOR = ApiKeyGenerator.of(KeyFormat.of("kw_test"));

    private static ApiKeyRecord newRecord() {
        ApiKey key = GENERATOR.generate();
        return ApiKeyRecord.builder(GENERATOR.format().idOf(key))
                .hash(KeyHasher.sha256().hash(key))
                .build();
    }

    @Test
    void updatesByManyThreadsLoseNone() throws Exception {
        LiveKeyRing live = LiveKeyRing.of(KeyRing.of());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                running.add(threads.submit(() -> {
                    for (int n = 0; n < 50; n++) {
                        live.update(ring -> ring.with(List.of(newRecord())));
                    }
                }));
            }
            for (Future<?> run : running) {
                run.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertEquals(400, live.current().size());
    }

    @Test
    void ringStaysWhereAnUpdateFails() {
        KeyRing first = KeyRing.of();
        LiveKeyRing live = LiveKeyRing.of(first);

        assertThrows(
                IllegalStateException.class,
                () -> live.update(ring -> {
                    throw new IllegalStateException("no file");
                }));

        assertSame(first, live.current());
        live.publish(KeyRing.of(newRecord()));
        assertEquals(1, live.current().size());
    }

    @Test
    void publishWaitsForAnUpdateThatIsUnderWay() throws Exception {
        LiveKeyRing live = LiveKeyRing.of(KeyRing.of());
        KeyRing published = KeyRing.of(newRecord(), newRecord());
        AtomicBoolean returned = new AtomicBoolean();
        Thread publisher = new Thread(() -> {
            live.publish(published);
            returned.set(true);
        });

        live.update(ring -> {
            publisher.start();
            while (publisher.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            assertFalse(returned.get());
            return ring.with(List.of(newRecord()));
        });
        publisher.join();

        assertSame(published, live.current());
    }
}
