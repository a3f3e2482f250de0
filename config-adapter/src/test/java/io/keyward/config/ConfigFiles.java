package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.Verification;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Writes key files for one test and loads them, without the variables of the process that runs the test. */
final class ConfigFiles {
    static final RoleModel ROLES =
            RoleModel.of(Role.of("client"), Role.of("miner"), Role.of("admin").including("client", "miner"));

    /** Much longer than anything here takes, so that a slow machine fails no test. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final Path directory;
    final Path env;

    ConfigFiles(Path directory) {
        this.directory = directory;
        this.env = directory.resolve(".env");
    }

    ConfigFiles env(String text) {
        write(env, text);
        return this;
    }

    static void write(Path file, String text) {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    static void write(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    KeywardConfig.Builder builder() {
        return KeywardConfig.builder()
                .envFile(env)
                .directory(directory)
                .roles(ROLES)
                .systemProperties(Map.of())
                .environment(Map.of())
                .follow(false);
    }

    KeywardConfig load() {
        return builder().load();
    }

    /** Loads what must be refused. */
    ConfigException refused() {
        return refused(builder());
    }

    static ConfigException refused(KeywardConfig.Builder builder) {
        return assertThrows(ConfigException.class, () -> builder.load().close());
    }

    /** Asserts that a file is refused at a line and that nothing of a secret is told. */
    ConfigException refusedAtLine(int line, String... secrets) {
        ConfigException refused = refused();
        String place = env + ":" + line + ":";
        assertTrue(refused.getMessage().contains(place), () -> "expected " + place + " in: " + refused.getMessage());
        for (String secret : secrets) {
            assertFalse(refused.getMessage().contains(secret), "the message holds a secret");
            assertFalse(refused.report().text().contains(secret), "the report holds a secret");
        }
        return refused;
    }

    static String newKey() {
        return ThrowAwayKeys.newKey().reveal();
    }

    static String hash(String key) {
        return KeyHasher.sha256().hash(ApiKey.of(key)).reveal();
    }

    static boolean accepts(KeywardConfig keys, String key) {
        return keys.verifier().verify(key) instanceof Verification.Accepted;
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, () -> "waited in vain: " + what);
            Thread.sleep(5);
        }
    }
}
