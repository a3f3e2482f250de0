package io.keyward.config;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyVerifier;
import io.keyward.KeyHasher;
import io.keyward.KeyHashers;
import io.keyward.LiveKeyRing;
import io.keyward.config.KeyLoader.Loaded;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.smallrye.config.SmallRyeConfig;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Loads keys and roles from {@code .env} files, {@code .properties} files and the environment, and follows the files while
 * the service runs.
 *
 * <pre>{@code
 * try (KeywardConfig keys = KeywardConfig.load(Path.of(".env"), Role.of("client"))) {
 *     Verification verification = keys.verifier().verify(presented);
 * }
 * }</pre>
 *
 * <p>May be shared between threads.
 */
public final class KeywardConfig implements AutoCloseable {
    private final Options options;
    private final KeyHasher sha256 = KeyHashers.sha256();
    private final LiveKeyRing ring;
    private final ApiKeyVerifier verifier;
    private volatile Loaded loaded;

    private KeywardConfig(Options options) {
        this.options = options;
        this.loaded = KeyLoader.load(options, sha256, false);
        this.ring = LiveKeyRing.of(loaded.ring());
        this.verifier = ApiKeyVerifier.of(ring, options.clock());
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

    /** Starts with SmallRye's default sources and no roles declared in code. */
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

    /** Returns the roles in force. */
    public RoleModel roles() {
        return loaded.roles();
    }

    /** Returns where the keys in force came from. */
    public ConfigReport report() {
        return loaded.report();
    }

    /**
     * Reads everything again now and puts it in force.
     *
     * @throws ConfigException if anything is wrong; then all stays as it was
     */
    public synchronized void reloadNow() {
        Loaded next = KeyLoader.load(options, sha256, true);
        loaded = next;
        ring.publish(next.ring());
    }

    /** Stops following the files; the keys last in force stay so. */
    @Override
    public void close() {}

    @Override
    public String toString() {
        return "KeywardConfig[" + ring + "]";
    }

    /** Builds a {@link KeywardConfig}; not for use by several threads. */
    public static final class Builder {
        private @Nullable Path envFile;
        private Path directory = Path.of("").toAbsolutePath();
        private List<Path> mentioned = List.of();
        private @Nullable SmallRyeConfig config;
        private @Nullable RoleModel roles;
        private InstantSource clock = InstantSource.system();
        private boolean strictPermissions;
        private Map<String, String> environment = System.getenv();

        private Builder() {}

        /** Names a file that is read in place of {@code .env} in the working directory; it must exist. */
        public Builder envFile(Path envFile) {
            this.envFile = requireNonNull(envFile, "envFile");
            return this;
        }

        /** Sets the roles declared in code, none by default. */
        public Builder roles(Role... roles) {
            return roles(RoleModel.of(roles));
        }

        /** Sets the roles declared in code, none by default; {@code keyward.roles} may add others. */
        public Builder roles(RoleModel roles) {
            this.roles = requireNonNull(roles, "roles");
            return this;
        }

        /** Sets the clock by which keys expire, by default the system's. */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /** Sets whether files that others than their owner can read or write are refused; by default only reported. */
        public Builder strictPermissions(boolean strictPermissions) {
            this.strictPermissions = strictPermissions;
            return this;
        }

        /** Reads from an application's own configuration in place of the default sources; it is not changed. */
        public Builder config(SmallRyeConfig config) {
            this.config = requireNonNull(config, "config");
            return this;
        }

        /** Sets what stands for the variables of the process, by default {@link System#getenv()}. */
        public Builder environment(Map<String, String> environment) {
            this.environment = Map.copyOf(environment);
            return this;
        }

        /**
         * Loads.
         *
         * @throws ConfigException if anything is wrong, or there are no keys; the message names every problem
         */
        public KeywardConfig load() {
            ClassLoader context = Thread.currentThread().getContextClassLoader();
            return new KeywardConfig(new Options(
                    envFile,
                    directory,
                    mentioned,
                    config,
                    roles,
                    clock,
                    strictPermissions,
                    environment,
                    context == null ? KeywardConfig.class.getClassLoader() : context));
        }
    }
}
