package io.keyward.config;

import io.keyward.role.RoleModel;
import io.smallrye.config.SmallRyeConfig;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the application asks for in code; see {@link KeywardConfig.Builder}.
 *
 * @param envFile the file named by the application; null for {@code .env} in the directory, which may be missing
 * @param envContent the content of the named file; null to read the file
 * @param config the application's own configuration, asked for at each load; null for SmallRye's default sources
 * @param roles the roles declared in code; null for those of the configuration
 * @param systemProperties the system properties to use; null for those of the process
 * @param environment the variables of the process
 * @param pepper the id of the pepper that hashes new keys; null if the configuration decides
 * @param startsEmpty whether the service may start without keys, because they are issued into the file later
 * @param issues whether new keys are hashed, so that one of several peppers has to be chosen
 */
record Options(
        @Nullable Path envFile,
        @Nullable ByteBuffer envContent,
        Path directory,
        List<Path> mentioned,
        @Nullable Supplier<SmallRyeConfig> config,
        @Nullable RoleModel roles,
        InstantSource clock,
        boolean strictPermissions,
        @Nullable Map<String, String> systemProperties,
        Map<String, String> environment,
        ClassLoader classLoader,
        @Nullable String pepper,
        boolean startsEmpty,
        boolean issues) {
    /** Returns the {@code .env} file that is read if it is there. */
    Path file() {
        return envFile != null ? envFile : directory.resolve(".env");
    }

    /** Names the file only, because variables and properties may hold keys. */
    @Override
    public String toString() {
        return "Options[" + file() + "]";
    }
}
