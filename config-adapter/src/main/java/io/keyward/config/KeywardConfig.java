package io.keyward.config;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.LiveKeyRing;
import io.keyward.config.KeyLoader.Attempt;
import io.keyward.config.KeyLoader.Loaded;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ApiKeys;
import io.keyward.store.ChangeGuard;
import io.keyward.store.KeysState;
import io.keyward.store.LastUsed;
import io.smallrye.config.SmallRyeConfig;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads keys and roles from {@code .env} files, {@code .properties} files and the environment, and follows the files
 * while the service runs.
 *
 * <pre>{@code
 * try (KeywardConfig keys = KeywardConfig.load(Path.of(".env"), Role.of("client"))) {
 *     Verification verification = keys.verifier().verify(presented);
 * }
 * }</pre>
 *
 * <p>A load is all or nothing: with any problem it changes nothing and reports every problem. A reload replaces
 * everything that was in force. If anything is wrong with it, the logger of this class logs that once, and the last
 * good keys stay in force until the file is repaired. With a valid file without keys, every key is rejected. A change
 * takes effect within 1 s where the file system has events, else within {@code keyward.reload-interval}.
 *
 * <p>Not protected: anyone who can write to the files decides who has access. May be shared between threads.
 */
public final class KeywardConfig implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeywardConfig.class);

    private final Options options;
    private final List<Consumer<ConfigReport>> listeners;
    private final KeyHasher sha256 = KeyHasher.sha256();
    private final LiveKeyRing ring;
    private final ApiKeyVerifier verifier;
    private final @Nullable FileWatcher follower;
    private volatile Loaded loaded;
    private volatile FileSnapshot lastRead;
    private volatile ConfigReport report;

    private KeywardConfig(Options options, boolean follow, List<Consumer<ConfigReport>> listeners) {
        this.options = options;
        this.listeners = List.copyOf(listeners);
        Attempt first = KeyLoader.load(options, sha256, null);
        this.loaded = first.orThrow();
        this.lastRead = first.files();
        this.report = first.report();
        this.ring = LiveKeyRing.of(loaded.ring());
        this.verifier = ApiKeyVerifier.of(ring, options.clock());
        this.follower = follow
                ? new FileWatcher(() -> lastRead, () -> loaded.settings().reloadInterval(), new Following())
                : null;
    }

    /**
     * Loads from SmallRye's default sources: system properties, environment, {@code .env} in the working directory,
     * {@code config/application.properties}, and those on the class path.
     *
     * @throws ConfigException if anything is wrong, or there are no keys
     */
    public static KeywardConfig load() {
        return builder().load();
    }

    /**
     * Loads from a named file in place of {@code .env} in the working directory, and the other default sources.
     *
     * @param envFile must exist
     * @param roles the roles of the application; none for those that the configuration declares
     * @throws ConfigException if anything is wrong, or there are no keys
     */
    public static KeywardConfig load(Path envFile, Role... roles) {
        return builder().envFile(envFile).roles(roles).load();
    }

    /** Returns a builder with SmallRye's default sources and no roles declared in code. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the verifier of the keys in force at each moment. */
    public ApiKeyVerifier verifier() {
        return verifier;
    }

    /** Returns the keys in force; every good reload publishes into it. */
    public LiveKeyRing ring() {
        return ring;
    }

    /** Returns the roles in force; those of the configuration change with a reload, those of the code do not. */
    public RoleModel roles() {
        return loaded.roles();
    }

    /** Returns what hashes keys: plain SHA-256 first, then each pepper of the configuration. */
    public List<KeyHasher> hashers() {
        return List.copyOf(loaded.hashers().values());
    }

    /**
     * Returns the one of {@link #hashers} for new keys: the pepper that {@code keyward.new-keys-pepper} or
     * {@link Builder#newKeysPepper} names, else the only pepper, else SHA-256. Empty if there are several peppers and
     * none is chosen, or if the chosen one is not there.
     */
    public Optional<KeyHasher> newKeysHasher() {
        return Optional.ofNullable(loaded.newKeys());
    }

    /** Returns where the keys in force came from, and why the last reload was refused if it was. */
    public ConfigReport report() {
        return report;
    }

    /**
     * Returns the state of the keys, for a health check: whether there are any, whether verification works, whether the
     * last reload succeeded and what was wrong with it, and whether the files differ from what is in force. The problem
     * names files, lines and variables, never a value; it is for operators and not for strangers. Reads the files.
     */
    public KeysState state() {
        KeyRing now = ring.current();
        ConfigReport known = report;
        Loaded inForce = loaded;
        Instant end = now.validUntil();
        return new KeysState(
                now.size(),
                source(inForce.report()),
                end == null || options.clock().instant().isBefore(end),
                !inForce.files().haveChanged(),
                inForce.report().time(),
                known.problems().isEmpty() ? null : ConfigException.describe(known.problems()),
                List.of());
    }

    /**
     * Reads everything again now, in the calling thread, and puts it in force.
     *
     * @throws ConfigException if anything is wrong; then all stays as it was
     */
    public void reloadNow() {
        reload().orThrow();
    }

    private Attempt attempt() {
        return KeyLoader.load(options, sha256, loaded);
    }

    /**
     * Reads under the ring's lock, so that nobody else publishes in the meantime: keys that were read before a
     * revocation must not come into force after it. There is no other lock, so a change of keys may reload, and a
     * listener of reloads may change keys.
     */
    private Attempt reload() {
        return requireNonNull(publish(this::attempt));
    }

    /** Puts in force, under the ring's lock, what this returns, and returns it; changes nothing if it returns null. */
    private @Nullable Attempt publish(Supplier<@Nullable Attempt> reading) {
        AtomicReference<@Nullable Attempt> made = new AtomicReference<>();
        AtomicReference<@Nullable Runnable> announcement = new AtomicReference<>();
        ring.update(before -> {
            Attempt attempt = reading.get();
            if (attempt == null) {
                return before;
            }
            made.set(attempt);
            announcement.set(keep(attempt));
            Loaded next = attempt.loaded();
            return next != null ? next.ring() : refusesAll(attempt) ? ended(before) : before;
        });
        Runnable announce = announcement.get();
        if (announce != null) {
            announce.run();
            notifyListeners();
        }
        return made.get();
    }

    /** Loads changed files while it is still open whether they stay as they are, without keeping others from changes. */
    private final class Following implements FileWatcher.Reloading {
        @Override
        public Attempt load() {
            return attempt();
        }

        @Override
        public boolean publish(Attempt attempt) {
            // What another thread put in force since may be newer, also where no file shows it.
            return KeywardConfig.this.publish(() ->
                            loaded.equals(attempt.before()) && !attempt.files().haveChanged() ? attempt : null)
                    != null;
        }

        @Override
        public void reload() {
            KeywardConfig.this.reload();
        }
    }

    private boolean refusesAll(Attempt attempt) {
        return attempt.stale() && loaded.settings().refuseStaleKeys();
    }

    /** Returns a ring that is past its end, so that a verification throws and a request gets a 503, not a 401. */
    private KeyRing ended(KeyRing before) {
        return before.validUntil() != null
                ? before
                : before.withValidUntil(options.clock().instant());
    }

    /** Keeps the result of an attempt, and returns what logs it; null if the same was logged before. */
    private @Nullable Runnable keep(Attempt attempt) {
        lastRead = attempt.files();
        List<ConfigProblem> problemsBefore = report.problems();
        Loaded next = attempt.loaded();
        if (next != null) {
            loaded = next;
            report = next.report();
            return () -> logReload(next, !problemsBefore.isEmpty());
        }
        List<ConfigProblem> problems = attempt.report().problems();
        report = loaded.report().withProblems(problems);
        return problems.equals(problemsBefore)
                ? null
                : () -> LOG.error(
                        "{}\n{}",
                        ConfigException.describe(problems),
                        refusesAll(attempt)
                                ? "no key is accepted until this is repaired, as keyward.stale-keys says"
                                : "the last good keys stay in force");
    }

    private void logReload(Loaded next, boolean repaired) {
        if (next.ring().size() == 0) {
            LOG.error("the key configuration has no keys any more: every key is rejected");
        } else if (repaired) {
            LOG.info("the key configuration is valid again");
        }
        logLoad(next);
    }

    private static void logLoad(Loaded loaded) {
        ConfigReport report = loaded.report();
        String mode = report.mode().name().toLowerCase(Locale.ROOT);
        LOG.info("{} keys are in force, mode {}, files: {}", loaded.ring().size(), mode, filesRead(report));
        if (report.mode() == ConfigReport.Mode.DEVELOPMENT) {
            LOG.warn(
                    "mode {}, {}: {} plaintext keys and {} well-known keys are valid; do not run a public service in this mode",
                    mode,
                    report.modeReason(),
                    report.keys().stream()
                            .filter(ConfigReport.ReportedKey::plaintext)
                            .count(),
                    loaded.wellKnown());
        }
        report.warnings().forEach(warning -> LOG.warn("{}", warning));
    }

    private String source(ConfigReport inForce) {
        String read = filesRead(inForce);
        return read.isEmpty() ? options.file().toString() : read;
    }

    private static String filesRead(ConfigReport report) {
        return report.files().stream()
                .filter(file -> file.use() == ConfigReport.FileUse.READ)
                .map(file -> file.path().toString())
                .collect(Collectors.joining(", "));
    }

    private void notifyListeners() {
        ConfigReport latest = report;
        for (Consumer<ConfigReport> listener : listeners) {
            try {
                listener.accept(latest);
            } catch (Throwable e) { // an Error too: it must not end the thread that follows the files
                LOG.error("a listener of reloads failed", e);
            }
        }
    }

    /** Assembles the ring, a store over the file and the times of last use. */
    private ApiKeys over(KeyFormat format, ChangeGuard... guards) {
        LastUsed lastUsed = LastUsed.create(options.clock(), LastUsed.DEFAULT_CAPACITY);
        ApiKeyStore store = EnvFileApiKeyStore.of(options.file(), loaded.roles(), options.environment());
        ApiKeyManager manager = ApiKeyManager.builder(store, ring, ApiKeyGenerator.of(format))
                .clock(options.clock())
                .lastUsed(lastUsed)
                .hasher(() -> requireNonNull(loaded.newKeys()))
                .guards(guards)
                .build();
        return ApiKeys.of(verifier.notifying(lastUsed), manager, ring, lastUsed, this::state, this::close);
    }

    /** Stops following the files, within 2 s; the last good keys stay in force. Closing again does nothing. */
    @Override
    public void close() {
        if (follower != null) {
            follower.close();
        }
    }

    @Override
    public String toString() {
        return "KeywardConfig[" + ring + "]";
    }

    /** Builds a {@link KeywardConfig}; not for use by several threads. */
    public static final class Builder {
        private @Nullable Path envFile;
        private @Nullable ByteBuffer envContent;
        private Path directory = Path.of("");
        private List<Path> mentioned = List.of();
        private @Nullable Supplier<SmallRyeConfig> config;
        private boolean requireKeys = true;
        private @Nullable RoleModel roles;
        private InstantSource clock = InstantSource.system();
        private boolean strictPermissions;
        private boolean follow = true;
        private @Nullable KeyFormat format;
        private @Nullable String newKeysPepper;
        private ChangeGuard[] guards = {ChangeGuard.logging()};
        private @Nullable Map<String, String> systemProperties;
        private Map<String, String> environment = System.getenv();
        private final List<Consumer<ConfigReport>> listeners = new ArrayList<>();

        private Builder() {}

        /** Names a file that is read in place of {@code .env} in the working directory; it must exist. */
        public Builder envFile(Path envFile) {
            this.envFile = requireNonNull(envFile, "envFile");
            this.envContent = null;
            return this;
        }

        /**
         * Sets the content of an {@code .env} file instead of reading the file: for a content that can be read only
         * once, such as that of a pipe, and for tests. It is not followed.
         *
         * @param name what to call it in the report; a relative {@code @file} starts in its directory
         * @param content text in UTF-8; copied
         */
        public Builder envFile(Path name, byte[] content) {
            this.envFile = requireNonNull(name, "name");
            this.envContent = ByteBuffer.wrap(content.clone()).asReadOnlyBuffer();
            return this;
        }

        /** Sets the directory whose {@code .env} is read if it is there, by default the working directory. */
        public Builder directory(Path directory) {
            this.directory = requireNonNull(directory, "directory");
            return this;
        }

        /**
         * Names files that the service does not read and that an operator may take for the one it reads; the report
         * says of each whether it is there and what differs in it. {@code .env} in the working directory and in the
         * directories above is noticed without being named.
         */
        public Builder mention(Path... files) {
            this.mentioned = Arrays.stream(files)
                    .map(file -> file.toAbsolutePath().normalize())
                    .toList();
            return this;
        }

        /** Sets the roles declared in code, none by default; {@code keyward.roles} may add others. */
        public Builder roles(Role... roles) {
            return roles(RoleModel.of(roles));
        }

        /** Sets the roles declared in code, none by default; {@code keyward.roles} may add others. */
        public Builder roles(RoleModel roles) {
            this.roles = requireNonNull(roles, "roles");
            return this;
        }

        /** Sets the clock by which keys begin and end, by default the system's. */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Sets whether files that others than their owner can read or change are refused, as
         * {@code keyward.strict-permissions} does; by default they are only reported.
         */
        public Builder strictPermissions(boolean strictPermissions) {
            this.strictPermissions = strictPermissions;
            return this;
        }

        /**
         * Sets whether the files are followed, by default true; if false, only {@link KeywardConfig#reloadNow} reads
         * them again.
         */
        public Builder follow(boolean follow) {
            this.follow = follow;
            return this;
        }

        /**
         * Reads from an application's own configuration in place of the default sources. It is not changed, and its
         * values are read raw from its sources. Its keys are not followed, because it does not follow its files itself.
         * A file that {@link #envFile(Path)} names is read and followed in addition.
         */
        public Builder config(SmallRyeConfig config) {
            requireNonNull(config, "config");
            return config(() -> config);
        }

        /**
         * Reads from an application's own configuration, as {@link #config(SmallRyeConfig)}, and asks for it at each
         * load, so that {@link KeywardConfig#reloadNow} sees what was added to it or removed from it.
         *
         * @param config called by the thread that loads
         */
        public Builder config(Supplier<SmallRyeConfig> config) {
            this.config = requireNonNull(config, "config");
            return this;
        }

        /**
         * Sets whether {@link #load} refuses a configuration without keys, by default true. If false, every key is
         * rejected until there is one: for an application that takes only roles and peppers from here.
         */
        public Builder requireKeys(boolean requireKeys) {
            this.requireKeys = requireKeys;
            return this;
        }

        /** Sets the variables to use instead of those of the process, by default {@link System#getenv()}. */
        public Builder environment(Map<String, String> environment) {
            this.environment = Map.copyOf(environment);
            return this;
        }

        /** Sets the system properties to use, by default those of the process at each load. */
        public Builder systemProperties(Map<String, String> systemProperties) {
            this.systemProperties = Map.copyOf(systemProperties);
            return this;
        }

        /**
         * Adds a listener that is notified after each reload, good or refused; after a refused one again only when its
         * problems change. Called on the thread that reloads; should not block.
         */
        public Builder onReload(Consumer<ConfigReport> listener) {
            listeners.add(requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Sets the prefix of the keys that {@link #open} issues, such as {@code acme_live}.
         *
         * @throws IllegalArgumentException as {@link KeyFormat#of}
         */
        public Builder format(String prefix) {
            return format(KeyFormat.of(prefix));
        }

        /** Sets the format of the keys that {@link #open} issues. */
        public Builder format(KeyFormat format) {
            this.format = requireNonNull(format, "format");
            return this;
        }

        /**
         * Chooses the pepper that hashes the keys that {@link #open} issues, by the id it has in
         * {@code keyward.peppers.<id>}. By default it is the one that {@code keyward.new-keys-pepper} names, else the
         * only pepper of the configuration, or none where there is none. If there are several and none is chosen,
         * {@code open} throws; a reload that adds peppers keeps the one in use.
         */
        public Builder newKeysPepper(String id) {
            this.newKeysPepper = requireNonNull(id, "id");
            return this;
        }

        /**
         * Sets the guards that are called before each change by the manager of {@link #open}, and may stop it, and
         * after it; see {@link ApiKeyManager.Builder#guards}; by default {@link ChangeGuard#logging} alone.
         */
        public Builder guards(ChangeGuard... guards) {
            this.guards = guards.clone();
            return this;
        }

        /**
         * Loads.
         *
         * @throws ConfigException if anything is wrong, or there are no keys; the message names every problem
         */
        public KeywardConfig load() {
            return start(!requireKeys, false);
        }

        /**
         * Loads, and returns the keys together with a manager that issues, rotates and revokes keys in the {@code .env}
         * file. What it changes is in force when its method returns.
         *
         * <p>The file may be missing or have no keys: then every key is rejected until there is one. New keys are
         * hashed with the pepper of the configuration, see {@link #newKeysPepper}, or with SHA-256. The manager changes
         * keys of that file only; keys of other sources are verified. Closing the keys stops following the files.
         *
         * @throws ConfigException if anything is wrong; the message names every problem
         * @throws IllegalStateException if no format was given, or a configuration was and no file
         */
        public ApiKeys open() {
            if (format == null) {
                throw new IllegalStateException("the keys have no format; call format(…) with the prefix of new keys");
            }
            if (config != null && envFile == null) {
                throw new IllegalStateException(
                        "keys are issued into an .env file; name it by envFile(…), or call load()");
            }
            return start(true, true).over(format, guards);
        }

        private KeywardConfig start(boolean startsEmpty, boolean issues) {
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            Options options = new Options(
                    envFile,
                    envContent,
                    directory.toAbsolutePath().normalize(),
                    mentioned,
                    config,
                    roles,
                    clock,
                    strictPermissions,
                    systemProperties,
                    environment,
                    context == null ? KeywardConfig.class.getClassLoader() : context,
                    newKeysPepper,
                    startsEmpty,
                    issues);
            KeywardConfig keys = new KeywardConfig(options, follow, listeners);
            logLoad(keys.loaded);
            if (keys.follower != null) {
                keys.follower.start();
            }
            return keys;
        }
    }
}
