package io.keyward.config;

import static io.keyward.config.ConfigFiles.accepts;
import static io.keyward.config.ConfigFiles.await;
import static io.keyward.config.ConfigFiles.hash;
import static io.keyward.config.ConfigFiles.newKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.KeyRing;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Changes of real files under a running service: cases HR. */
class ReloadTest {
    private static final String FIRST = newKey();
    private static final String SECOND = newKey();
    private static final String THIRD = newKey();

    @TempDir
    Path directory;

    private ConfigFiles files;
    private final List<ConfigReport> told = new CopyOnWriteArrayList<>();

    @BeforeEach
    void writeFirstFile() {
        files = new ConfigFiles(directory).env(listOf(FIRST));
    }

    private static String listOf(String... keys) {
        List<String> hashes = new ArrayList<>();
        for (String key : keys) {
            hashes.add(hash(key));
        }
        return "CLIENT_API_KEY_HASHES=" + String.join(",", hashes) + "\n";
    }

    private KeywardConfig follow() {
        return follow(files.env);
    }

    private KeywardConfig follow(Path file) {
        return files.builder().envFile(file).follow(true).onReload(told::add).load();
    }

    private static void awaitSwitch(KeywardConfig keys, String from, String to) throws InterruptedException {
        await("the new key", () -> accepts(keys, to));
        assertFalse(accepts(keys, from), "the old key must be gone once the new one counts");
    }

    private static void replace(Path file, String text) throws IOException {
        Path temp = file.resolveSibling(file.getFileName() + ".new");
        ConfigFiles.write(temp, text);
        Files.move(temp, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    @DisplayName("HR-01 HR-02 HR-11 follows swaps of ..data as Kubernetes makes them, also through a missing directory")
    void followsSwapsOfData() throws Exception {
        Path volume = Files.createDirectory(directory.resolve("volume"));
        writeVersion(volume, "..v1", FIRST);
        Files.createSymbolicLink(volume.resolve("..data"), Path.of("..v1"));
        Files.createSymbolicLink(volume.resolve("keys.env"), Path.of("..data", "keys.env"));
        try (KeywardConfig keys = follow(volume.resolve("keys.env"))) {
            writeVersion(volume, "..v2", SECOND);
            swap(volume, "..v2");
            awaitSwitch(keys, FIRST, SECOND);
            Files.delete(volume.resolve("..v1/keys.env"));
            Files.delete(volume.resolve("..v1"));
            writeVersion(volume, "..v3", THIRD);
            swap(volume, "..v3");
            awaitSwitch(keys, SECOND, THIRD);
            writeVersion(volume, "..v4", FIRST);
            swap(volume, "..v4");
            awaitSwitch(keys, THIRD, FIRST);

            swap(volume, "..missing");
            await("the alarm", () -> !keys.report().problems().isEmpty());
            assertTrue(accepts(keys, FIRST));
            writeVersion(volume, "..missing", SECOND);
            awaitSwitch(keys, FIRST, SECOND);
            assertTrue(keys.report().problems().isEmpty());
        }
    }

    @Test
    @DisplayName(
            "G8 a reload reads only once nobody else publishes, so it brings back nothing that was revoked meanwhile")
    void readsAfterAnotherPublisherIsDone() throws Exception {
        try (KeywardConfig keys = files.builder().envFile(files.env).load()) {
            Thread reload = new Thread(keys::reloadNow);
            keys.ring().update(before -> {
                reload.start();
                awaitBlocked(reload);
                ConfigFiles.write(files.env, listOf(SECOND));
                return before;
            });
            reload.join();
            assertTrue(accepts(keys, SECOND));
            assertFalse(accepts(keys, FIRST));
        }
    }

    @Test
    @DisplayName("G8 what was loaded before a revocation does not come into force after it")
    void readsAgainWhatChangedMeanwhile() throws Exception {
        List<Boolean> accepted = Collections.synchronizedList(new ArrayList<>());
        AtomicReference<KeywardConfig> config = new AtomicReference<>();
        try (KeywardConfig keys = files.builder()
                .envFile(files.env)
                .follow(true)
                .onReload(report -> accepted.add(accepts(config.get(), FIRST)))
                .load()) {
            config.set(keys);
            keys.ring().update(before -> {
                ConfigFiles.write(files.env, listOf(FIRST, SECOND));
                awaitBlocked(follower());
                ConfigFiles.write(files.env, listOf(SECOND));
                return KeyRing.builder().build();
            });
            await("the second key", () -> accepts(keys, SECOND));
            assertFalse(accepts(keys, FIRST));
            await("the listener", () -> !accepted.isEmpty());
            assertFalse(accepted.contains(true));
        }
    }

    @Test
    @DisplayName("what was loaded before another reload does not come into force after it")
    void readsAgainAfterAnotherReload() throws Exception {
        AtomicReference<String> ofTheApplication = new AtomicReference<>(hash(SECOND));
        try (KeywardConfig keys = files.builder()
                .config(() -> new SmallRyeConfigBuilder()
                        .withDefaultValue("MINER_API_KEY_HASHES", ofTheApplication.get())
                        .build())
                .envFile(files.env)
                .follow(true)
                .onReload(told::add)
                .load()) {
            assertTrue(accepts(keys, SECOND));
            keys.ring().update(before -> {
                ConfigFiles.write(files.env, "# changed\n" + listOf(FIRST));
                awaitBlocked(follower());
                ofTheApplication.set(hash(THIRD));
                keys.reloadNow();
                return keys.ring().current();
            });
            await("both reloads", () -> told.size() == 2);
            assertTrue(accepts(keys, FIRST));
            assertTrue(accepts(keys, THIRD));
            assertFalse(accepts(keys, SECOND));
        }
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a deadlock cannot be interrupted
    @DisplayName("who changes keys may reload them, also while another reload waits for the change to end")
    void reloadsWithinAChange() throws Exception {
        try (KeywardConfig keys = files.builder().envFile(files.env).load()) {
            Thread other = new Thread(keys::reloadNow);
            other.setDaemon(true);
            keys.ring().update(before -> {
                other.start();
                awaitBlocked(other);
                ConfigFiles.write(files.env, listOf(SECOND));
                keys.reloadNow();
                return keys.ring().current();
            });
            other.join();
            assertTrue(accepts(keys, SECOND));
            assertFalse(accepts(keys, FIRST));
        }
    }

    @Test
    @DisplayName("a listener that fails with an Error does not end the following of files")
    void goesOnAfterAnErrorOfAListener() throws Exception {
        try (KeywardConfig keys = files.builder()
                .envFile(files.env)
                .follow(true)
                .onReload(report -> {
                    throw new NoClassDefFoundError("on purpose");
                })
                .onReload(told::add)
                .load()) {
            replace(files.env, listOf(SECOND));
            awaitSwitch(keys, FIRST, SECOND);
            replace(files.env, listOf(THIRD));
            awaitSwitch(keys, SECOND, THIRD);
            await("the second listener", () -> told.size() == 2);
        }
    }

    /** Returns the thread that was started last; one of an earlier test may still be ending. */
    private static Thread follower() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("keyward-config-follower"))
                .max(Comparator.comparing(Thread::getId))
                .orElseThrow();
    }

    private static void awaitBlocked(Thread thread) {
        try {
            await(
                    "the reload to wait its turn",
                    () -> LockSupport.getBlocker(thread) instanceof AbstractOwnableSynchronizer);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void writeVersion(Path volume, String name, String key) throws IOException {
        Path version = Files.createDirectory(volume.resolve(name));
        ConfigFiles.write(version.resolve("keys.env"), listOf(key));
    }

    private static void swap(Path volume, String version) throws IOException {
        Path link = Files.createSymbolicLink(volume.resolve("..data_tmp"), Path.of(version));
        Files.move(link, volume.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void followsAFileBehindALinkInAnotherDirectory() throws Exception {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        ConfigFiles.write(elsewhere.resolve("real.env"), listOf(FIRST));
        Path link = Files.createSymbolicLink(directory.resolve("linked.env"), elsewhere.resolve("real.env"));
        try (KeywardConfig keys = follow(link)) {
            replace(elsewhere.resolve("real.env"), listOf(SECOND));
            awaitSwitch(keys, FIRST, SECOND);
        }
    }

    @Test
    @DisplayName("HR-03 follows a file that is replaced by renaming, again and again")
    void followsRename() throws Exception {
        try (KeywardConfig keys = follow()) {
            replace(files.env, listOf(SECOND));
            awaitSwitch(keys, FIRST, SECOND);
            replace(files.env, listOf(THIRD));
            awaitSwitch(keys, SECOND, THIRD);
        }
    }

    @Test
    @DisplayName("HR-04 a file that is truncated and then written never lets a stranger in and ends with what it holds")
    void neverOpenWhileTruncated() throws Exception {
        String stranger = newKey();
        AtomicBoolean open = new AtomicBoolean();
        AtomicBoolean done = new AtomicBoolean();
        try (KeywardConfig keys = follow()) {
            Thread caller = new Thread(() -> {
                while (!done.get()) {
                    open.compareAndSet(false, accepts(keys, stranger));
                }
            });
            caller.start();
            Files.write(files.env, new byte[0]);
            Thread.sleep(200); // the step of the case itself, not a wait for anything
            Files.writeString(files.env, listOf(SECOND));
            awaitSwitch(keys, FIRST, SECOND);
            done.set(true);
            caller.join();
            assertFalse(open.get());
        }
    }

    @Test
    @DisplayName("HR-05 half a line keeps the old keys, is reported once, and clears when the rest is written")
    void keepsOldKeysWhileALineIsHalf() throws Exception {
        String whole = listOf(SECOND);
        try (KeywardConfig keys = follow()) {
            Files.writeString(files.env, whole.substring(0, whole.length() / 2));
            await("the report", () -> !keys.report().problems().isEmpty());
            assertTrue(accepts(keys, FIRST));
            assertEquals(1, keys.report().problems().get(0).line());
            // the same problem again, by a change that repairs nothing
            Files.writeString(files.env, whole.substring(0, whole.length() / 2) + "\n# still half\n");
            Files.writeString(files.env, whole);
            awaitSwitch(keys, FIRST, SECOND);
            assertTrue(keys.report().problems().isEmpty());
            assertEquals(
                    1,
                    told.stream().filter(report -> !report.problems().isEmpty()).count());
        }
    }

    @Test
    @DisplayName("HR-06 one bad line of ten refuses the whole reload, with all its problems, and tells the listener")
    void refusesWholeReloadForOneLine() throws Exception {
        try (KeywardConfig keys = follow()) {
            StringBuilder ten = new StringBuilder();
            for (int i = 0; i < 8; i++) {
                ten.append("keyward.keys.k")
                        .append(i)
                        .append(".hash=")
                        .append(hash(newKey()))
                        .append('\n');
            }
            ten.append("keyward.keys.k8.hash=sha256:short\nkeyward.keys.k9.hash=md5:x\n");
            replace(files.env, ten.toString());
            await("the alarm", () -> !told.isEmpty());
            assertEquals(2, told.get(0).problems().size());
            assertTrue(accepts(keys, FIRST));
            assertEquals(1, keys.ring().current().size());
            assertThrows(ConfigException.class, keys::reloadNow);
            assertTrue(accepts(keys, FIRST));
        }
    }

    @Test
    @DisplayName("HR-07 a deleted file keeps the last keys, with an alarm, and counts again when it is back")
    void keepsKeysOfDeletedFile() throws Exception {
        try (KeywardConfig keys = follow()) {
            Files.delete(files.env);
            await("the alarm", () -> !keys.report().problems().isEmpty());
            assertTrue(keys.report().problems().get(0).what().contains("gone"));
            assertTrue(accepts(keys, FIRST));
            ConfigFiles.write(files.env, listOf(SECOND));
            awaitSwitch(keys, FIRST, SECOND);
            assertTrue(keys.report().problems().isEmpty());
        }
    }

    @Test
    @DisplayName("HR-08 a key whose line is removed is refused: a reload replaces and never merges")
    void refusesRemovedKey() throws Exception {
        files.env(listOf(FIRST, SECOND));
        try (KeywardConfig keys = follow()) {
            assertTrue(accepts(keys, SECOND));
            Files.writeString(files.env, listOf(FIRST));
            await("the revocation", () -> !accepts(keys, SECOND));
            assertTrue(accepts(keys, FIRST));
        }
    }

    @Test
    @DisplayName("HR-09 finds a change of the same size with its time restored, without events too")
    void findsChangeOfSameSizeAndTime() throws Exception {
        files.env("keyward.reload-interval=PT0.1S\n" + listOf(FIRST));
        FileTime time = Files.getLastModifiedTime(files.env);
        try (KeywardConfig keys = follow()) {
            Files.writeString(files.env, "keyward.reload-interval=PT0.1S\n" + listOf(SECOND));
            Files.setLastModifiedTime(files.env, time);
            awaitSwitch(keys, FIRST, SECOND);
        }
    }

    @Test
    @DisplayName("HR-09 tells a changed file by its content alone")
    void tellsChangeByContent() throws Exception {
        FileSnapshot read = new FileSnapshot();
        FileTime time = Files.getLastModifiedTime(files.env);
        read.read(files.env);
        assertFalse(read.haveChanged());
        Files.writeString(files.env, listOf(SECOND));
        Files.setLastModifiedTime(files.env, time);
        assertTrue(read.haveChanged());
    }

    @Test
    @DisplayName("HR-12 a valid file without keys refuses everybody, with an alarm")
    void refusesEverybodyForEmptyFile() throws Exception {
        try (KeywardConfig keys = follow()) {
            replace(files.env, "# all keys removed\n");
            await("the revocation", () -> !accepts(keys, FIRST));
            await("the alarm", () -> !told.isEmpty());
            assertTrue(keys.report().problems().isEmpty());
            assertTrue(keys.report().warnings().stream()
                    .anyMatch(warning -> warning.what().contains("no keys any more")));
            ConfigFiles.write(files.env, listOf(SECOND));
            await("the return", () -> accepts(keys, SECOND));
        }
    }

    @Test
    @DisplayName("HR-12 a list that is emptied while the service runs takes its keys away")
    void takesKeysOfEmptiedList() {
        files.env("CLIENT_API_KEY_HASHES=[" + hash(FIRST) + "]\nADMIN_API_KEY_HASHES=" + hash(SECOND) + "\n");
        try (KeywardConfig keys = files.load()) {
            files.env("CLIENT_API_KEY_HASHES=[]\nADMIN_API_KEY_HASHES=" + hash(SECOND) + "\n");
            keys.reloadNow();
            assertFalse(accepts(keys, FIRST));
            assertTrue(accepts(keys, SECOND));
        }
    }

    @Test
    void followsADirectoryThatIsRemovedAndMadeAnew() throws Exception {
        Path config = Files.createDirectory(directory.resolve("config"));
        ConfigFiles.write(config.resolve("keys.env"), listOf(FIRST));
        try (KeywardConfig keys = follow(config.resolve("keys.env"))) {
            Files.delete(config.resolve("keys.env"));
            Files.delete(config);
            await("the alarm", () -> !keys.report().problems().isEmpty());
            Files.createDirectory(config);
            ConfigFiles.write(config.resolve("keys.env"), listOf(SECOND));
            awaitSwitch(keys, FIRST, SECOND);
            replace(config.resolve("keys.env"), listOf(THIRD));
            awaitSwitch(keys, SECOND, THIRD);
        }
    }

    @Test
    void followsASecretFile() throws Exception {
        Path secret = directory.resolve("alice");
        ConfigFiles.write(secret, hash(FIRST));
        files.env("keyward.keys.alice.hash=@alice\n");
        try (KeywardConfig keys = follow()) {
            replace(secret, hash(SECOND));
            awaitSwitch(keys, FIRST, SECOND);
        }
    }

    @Test
    @DisplayName("HR-10 G9 reloads under four verifying threads lose and gain nothing")
    void losesAndGainsNothingUnderLoad() throws Exception {
        boolean full = Boolean.getBoolean("tests.full");
        int reloads = full ? 1_000 : 30;
        String always = newKey();
        String never = newKey();
        files.env(listOf(always, FIRST));
        AtomicLong lost = new AtomicLong();
        AtomicLong gained = new AtomicLong();
        AtomicInteger verified = new AtomicInteger();
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch running = new CountDownLatch(4);
        try (KeywardConfig keys = files.load()) {
            List<Thread> callers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Thread caller = new Thread(() -> {
                    running.countDown();
                    while (!done.get()) {
                        if (!accepts(keys, always)) {
                            lost.incrementAndGet();
                        }
                        if (accepts(keys, never)) {
                            gained.incrementAndGet();
                        }
                        verified.incrementAndGet();
                    }
                });
                caller.start();
                callers.add(caller);
            }
            running.await();
            for (int i = 0; i < reloads; i++) {
                String other = i % 2 == 0 ? SECOND : FIRST;
                replace(files.env, listOf(always, other));
                keys.reloadNow();
                assertTrue(accepts(keys, other));
                assertFalse(accepts(keys, i % 2 == 0 ? FIRST : SECOND), "a torn mix of two files");
            }
            done.set(true);
            for (Thread caller : callers) {
                caller.join();
            }
        }
        assertTrue(verified.get() > 0);
        assertEquals(0, lost.get());
        assertEquals(0, gained.get());
    }

    @Test
    @DisplayName("HR-13 closing ends the thread, which holds no class loader")
    void endsThreadWhenClosed() throws Exception {
        KeywardConfig keys = follow();
        Thread follower = follower();
        assertTrue(follower.isDaemon());
        assertNull(follower.getContextClassLoader());
        keys.close();
        follower.join(60_000); // closing waits a moment only
        assertFalse(follower.isAlive());
        keys.close();
        assertTrue(accepts(keys, FIRST), "the keys stay in force for requests that are still running");
    }

    @Test
    void reloadsOnlyWhenAskedIfItDoesNotFollow() {
        try (KeywardConfig keys = files.load()) {
            files.env(listOf(SECOND));
            assertTrue(accepts(keys, FIRST));
            keys.reloadNow();
            assertTrue(accepts(keys, SECOND));
            assertFalse(accepts(keys, FIRST));
        }
    }

    @Test
    void survivesAListenerThatThrows() {
        try (KeywardConfig keys = files.builder()
                .onReload(report -> {
                    throw new IllegalStateException("on purpose");
                })
                .load()) {
            files.env(listOf(SECOND));
            keys.reloadNow();
            assertTrue(accepts(keys, SECOND));
        }
    }
}
