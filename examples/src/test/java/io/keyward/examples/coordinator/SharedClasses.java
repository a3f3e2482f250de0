package io.keyward.examples.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.keyward.ApiKey;
import io.keyward.KeyHasher;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An archive of the classes that the packaged coordinator loads, made once, so that each process of a test starts with
 * about half of the processor's time.
 */
final class SharedClasses {
    /** One collector and one compiler are enough for a service that answers a few requests. */
    private static final List<String> SHORT_LIVED = List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    /** Another JDK cannot use it, so its version is in the name. The tests of the CLI look for it, too. */
    private static final Path ARCHIVE =
            Path.of("target", "coordinator-" + Runtime.version() + ".jsa").toAbsolutePath();

    private static boolean wasTried;

    private SharedClasses() {}

    /** Returns the options of a virtual machine that uses the archive; it works without the archive, too. */
    static synchronized List<String> options() throws IOException, InterruptedException {
        boolean isMissing = !Files.exists(ARCHIVE)
                || Files.getLastModifiedTime(ARCHIVE).compareTo(Files.getLastModifiedTime(CoordinatorProcess.JAR)) < 0;
        if (isMissing && !wasTried) {
            wasTried = true;
            make();
        }
        return options("-Xshare:auto", "-XX:SharedArchiveFile=" + ARCHIVE);
    }

    private static List<String> options(String... more) {
        List<String> options = new ArrayList<>(SHORT_LIVED);
        options.add("-Xlog:disable");
        options.addAll(List.of(more));
        return options;
    }

    /** Serves one request and stops: a virtual machine writes the archive when it ends. */
    private static void make() throws IOException, InterruptedException {
        ApiKey key = ThrowAwayKeys.newKey();
        Path envFile = Files.createTempFile("coordinator", ".env");
        Files.writeString(
                envFile, "CLIENT_API_KEY_HASHES=" + KeyHasher.sha256().hash(key).reveal() + "\n");
        try (CoordinatorProcess service =
                CoordinatorProcess.serving(envFile, options("-XX:ArchiveClassesAtExit=" + ARCHIVE))) {
            HttpURLConnection request = (HttpURLConnection)
                    URI.create(service.url() + "/v1/whoami").toURL().openConnection();
            request.setRequestProperty("X-Api-Key", key.reveal());
            assertEquals(200, request.getResponseCode());
            service.terminate();
        } finally {
            Files.delete(envFile);
        }
    }
}
