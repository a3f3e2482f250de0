package io.keyward.examples.coordinator;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.role.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Serves the coordinator with one fresh key for each role: what {@code mvn -q -Pdemo} runs.
 *
 * <p>The keys are printed once, with lines for curl; the file holds their hashes only. A file that is named and exists
 * is served as it is.
 */
public final class Demo {
    private static final KeyFormat FORMAT = KeyFormat.of("kw_demo");
    private static final String PORT_OPTION = "-Ddemo.port=N";

    private Demo() {}

    /**
     * Runs the demo.
     *
     * @param args {@code --port=} and a port, {@code --env-file=} and a key file, or nothing for a fresh one under
     *     {@code target/}
     */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(valueOf("--port=", args));
        String envFileName = valueOf("--env-file=", args);
        boolean named = !envFileName.isBlank();
        Path envFile = named ? Path.of(envFileName) : Path.of("target", "demo", ".env");
        if (named && Files.exists(envFile)) {
            Coordinator.serve(envFile, port, PORT_OPTION, url -> listening(url, "serving " + envFile + " as it is"));
        } else {
            Map<String, ApiKey> keys = freshKeys();
            write(envFile, keys);
            Coordinator.serve(envFile, port, PORT_OPTION, url -> {
                print(envFile, keys, url);
                listening(url, "");
            });
        }
    }

    private static void listening(String url, String what) {
        System.out.println(what);
        System.out.println("the page for people, which asks for an admin key: " + url + CoordinatorServer.PAGE + "/");
        System.out.println("listening on " + url + ", stop with Ctrl-C; another port: " + PORT_OPTION);
    }

    private static String valueOf(String option, String[] args) {
        return Stream.of(args)
                .filter(arg -> arg.startsWith(option))
                .map(arg -> arg.substring(option.length()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(option + " is missing"));
    }

    private static Map<String, ApiKey> freshKeys() {
        ApiKeyGenerator generator = ApiKeyGenerator.of(FORMAT);
        Map<String, ApiKey> keys = new LinkedHashMap<>();
        for (Role role : CoordinatorServer.ROLES.roles()) {
            keys.put(role.name(), generator.generate());
        }
        return keys;
    }

    private static void write(Path envFile, Map<String, ApiKey> keys) throws IOException {
        KeyHasher hasher = KeyHasher.sha256();
        StringBuilder text = new StringBuilder("# Hashes of the demo's keys. The keys themselves were printed once.\n");
        keys.forEach((role, key) -> text.append(role.toUpperCase(Locale.ROOT))
                .append("_API_KEY_HASHES=")
                .append(hasher.hash(key).reveal())
                .append('\n'));
        Path directory = envFile.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Files.deleteIfExists(envFile);
        FileAttribute<?> ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(envFile, ownerOnly);
        Files.writeString(envFile, text, StandardOpenOption.WRITE);
    }

    private static void print(Path envFile, Map<String, ApiKey> keys, String url) {
        System.out.println();
        System.out.println("Three fresh keys, shown this once; " + envFile.toAbsolutePath() + " holds their hashes.");
        keys.forEach((role, key) -> System.out.printf("  %-7s%s%n", role, key.reveal()));
        System.out.println();
        System.out.println("Try, in another terminal:");
        line("200, open to everyone", "curl -i " + url + "/health");
        String submit = "curl -i -X POST " + url + "/v1/jobs -d '{\"prompt\":\"test\"}'";
        line("401, no key", submit);
        line("202, a client may submit", submit + header(keys, "client"));
        line("200, and see its jobs", "curl -i " + url + "/v1/jobs" + header(keys, "client"));
        line("403, a miner may not", submit + header(keys, "miner"));
        line("404, no such path", "curl -i " + url + "/v1/agents" + header(keys, "client"));
        String keysUrl = url + "/v1/admin/keys";
        line("200, an admin sees ids and roles", "curl -i " + keysUrl + header(keys, "admin"));
        line(
                "201, and issues a key",
                "curl -i " + keysUrl + header(keys, "admin")
                        + " -H 'Content-Type: application/json' -d '{\"owner\":\"alice\",\"roles\":[\"client\"]}'");
    }

    private static String header(Map<String, ApiKey> keys, String role) {
        return " -H 'X-Api-Key: " + requireNonNull(keys.get(role), role).reveal() + "'";
    }

    private static void line(String answer, String command) {
        System.out.println("  # " + answer);
        System.out.println("  " + command);
    }
}
