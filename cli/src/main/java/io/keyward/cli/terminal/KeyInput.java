package io.keyward.cli.terminal;

import io.keyward.config.ConfigException;
import io.keyward.config.KeyFile;
import io.keyward.config.KeywardConfig;
import io.keyward.env.KeyFileBytes;
import io.keyward.role.RoleModel;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A key file as a service reads it: with the roles that the service declares, and its variables. */
public final class KeyInput {
    private static final int MAX_BYTES = (8 << 20) + 1;
    private static final long PATIENCE_SECONDS = 10;

    private final Path file;
    private final Collection<String> roles;
    private final Map<String, String> environment;
    private byte @Nullable [] piped;

    /**
     * Names a file, which need not exist.
     *
     * @param roles the roles that the service declares
     * @param environment the variables in which references are looked up if the file has no such name
     */
    public KeyInput(Path file, Collection<String> roles, Map<String, String> environment) {
        this.file = file;
        this.roles = roles;
        this.environment = environment;
    }

    /**
     * Returns this file, which must exist.
     *
     * @throws CommandFailure if it does not
     */
    public KeyInput required() {
        if (!Files.exists(file)) {
            throw CommandFailure.file("there is no file " + file + "; name the key file with --file");
        }
        return this;
    }

    public Path file() {
        return file;
    }

    /** Returns the variables of the service. */
    public Map<String, String> environment() {
        return environment;
    }

    /**
     * Reads a file, or what comes through a pipe.
     *
     * @throws CommandFailure if a pipe does not end
     */
    public static byte[] bytes(Path file) throws IOException {
        return isPipe(file) ? readPipe(file) : KeyFileBytes.ofRegular(file);
    }

    /** Returns the file as one that is changed; the first key creates it if there is none. */
    public KeyFile toChange() {
        return KeyFile.of(file, FileOptions.model(roles), environment);
    }

    /**
     * Returns the keys, which may come through a pipe, as ones that are not changed.
     *
     * @throws CommandFailure if a pipe does not end
     */
    public KeyFile toRead() {
        return toRead(FileOptions.model(roles));
    }

    private KeyFile toRead(RoleModel model) {
        byte[] content = piped();
        return content == null
                ? KeyFile.of(file, model, environment)
                : KeyFile.ofContent(file, content, model, environment);
    }

    /** Starts a configuration that has the keys in it. */
    public KeywardConfig.Builder configuration() {
        byte[] content = piped();
        KeywardConfig.Builder config = KeywardConfig.builder().environment(environment);
        return content == null ? config.envFile(file) : config.envFile(file, content);
    }

    /** Reads a pipe only once, because nothing comes the second time. */
    private byte @Nullable [] piped() {
        if (piped == null && isPipe(file)) {
            piped = readPipe(file);
        }
        return piped;
    }

    /**
     * Loads a configuration as a service does that declares the given roles in code. If none is given, the service is
     * assumed to declare those that the keys of this file have. A role that the configuration declares, wherever it
     * does so, is not taken for one of code.
     *
     * @throws ConfigException if the service would refuse it
     */
    public KeywardConfig load(KeywardConfig.Builder config) {
        Set<String> inCode = new TreeSet<>(roles.isEmpty() ? rolesOfKeys() : roles);
        config.follow(false);
        try {
            return config.roles(FileOptions.model(inCode)).load();
        } catch (ConfigException e) {
            if (!inCode.removeAll(e.report().declaredRoles())) {
                throw e;
            }
        }
        return config.roles(FileOptions.model(inCode)).load();
    }

    private Set<String> rolesOfKeys() {
        Set<String> ofKeys = new TreeSet<>();
        try {
            toRead(RoleModel.empty()).records().forEach(record -> ofKeys.addAll(record.roles()));
        } catch (StoreException unreadable) {
            // The load says what is wrong with the file, in the words of the service.
            return Set.of();
        }
        return ofKeys;
    }

    private static boolean isPipe(Path file) {
        try {
            return Files.exists(file)
                    && Files.readAttributes(file, BasicFileAttributes.class).isOther();
        } catch (IOException goneMeanwhile) {
            return false;
        }
    }

    private static byte[] readPipe(Path file) {
        FutureTask<byte[]> content = new FutureTask<>(() -> {
            try (InputStream in = Files.newInputStream(file)) {
                return in.readNBytes(MAX_BYTES);
            }
        });
        // The opening of a pipe cannot be interrupted. A daemon thread does not keep the process alive.
        Thread reader = new Thread(content, "keyward-pipe-reader");
        reader.setDaemon(true);
        reader.start();
        try {
            return content.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw CommandFailure.file(
                    file + " is a pipe that did not end within " + PATIENCE_SECONDS + " s; close it, or name a file");
        } catch (ExecutionException e) {
            String reason = e.getCause() instanceof IOException broken ? KeyFileBytes.reason(broken) : "reading failed";
            throw CommandFailure.file("cannot read " + file + ": " + reason);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.file("reading " + file + " was interrupted");
        }
    }
}
