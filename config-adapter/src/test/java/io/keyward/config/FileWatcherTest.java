package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.keyward.config.KeyLoader.Attempt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatcherTest {
    @TempDir
    private Path directory;

    @Test
    void goesOnFollowingAfterAnError() throws Exception {
        Path file = Files.writeString(directory.resolve("keys.env"), "before");
        FileSnapshot read = new FileSnapshot();
        read.read(file);
        CountDownLatch told = new CountDownLatch(2);
        FileWatcher.Reloading failing = new FileWatcher.Reloading() {
            @Override
            public Attempt load() {
                told.countDown();
                throw new NoClassDefFoundError("on purpose");
            }

            @Override
            public boolean publish(Attempt attempt) {
                return fail("nothing was loaded");
            }

            @Override
            public void reload() {
                fail("nothing was loaded");
            }
        };
        try (FileWatcher follower = new FileWatcher(() -> read, () -> Duration.ofMillis(20), failing)) {
            Files.writeString(file, "after");
            follower.start();
            assertTrue(told.await(60, TimeUnit.SECONDS));
        }
    }
}
