package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command finds its drivers. */
class DatabaseIT {
    @TempDir
    private Path directory;

    @Test
    @DisplayName("issue 19 the driver of PostgreSQL is in the jar")
    void jarHasTheDriverOfPostgres() throws IOException, InterruptedException {
        Outcome away = new Packaged(directory).run("db", "check", "--jdbc-url=jdbc:postgresql://127.0.0.1:1/none");

        assertEquals(1, away.exitCode(), away.err());
        assertTrue(away.out().contains("it cannot be reached"), away.out());
    }

    @Test
    @DisplayName("issue 19 another driver is loaded from the jar that is named")
    void loadsTheDriverThatIsNamed() throws IOException, InterruptedException, URISyntaxException {
        String[] database = {"--jdbc-url=jdbc:h2:./keys", "--jdbc-user=sa", "--driver=" + driver()};

        Outcome created = new Packaged(directory).run(with(database, "db", "create", "--first-admin"));
        Outcome listed = new Packaged(directory).run(with(database, "list"));

        assertEquals(0, created.exitCode(), created.err());
        assertEquals(0, listed.exitCode(), listed.err());
        assertTrue(listed.out().contains("first admin"), listed.out());
    }

    @Test
    @DisplayName("issue 19 keyward.toml of the working directory names the database")
    void readsDatabaseFromToml() throws IOException, InterruptedException, URISyntaxException {
        Files.writeString(directory.resolve("keyward.toml"), """
                jdbc-url = "jdbc:h2:./keys"
                jdbc-user = "sa"
                jdbc-schema = "app"
                """);
        Packaged keyward = new Packaged(directory);

        Outcome created = keyward.run("db", "create", "--first-admin", "--driver=" + driver());
        Outcome listed = keyward.run("list", "--driver=" + driver());
        Outcome file = keyward.run("issue", "--role=client", "--owner=alice", "--file=.env");

        assertEquals(0, created.exitCode(), created.err());
        assertTrue(listed.out().contains("first admin"), listed.out() + listed.err());
        assertEquals(0, file.exitCode(), file.err());
        assertTrue(Files.exists(directory.resolve(".env")), "--file wins");
    }

    private static Path driver() throws URISyntaxException {
        return Path.of(org.h2.Driver.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }

    private static String[] with(String[] database, String... command) {
        java.util.List<String> args = new java.util.ArrayList<>(java.util.List.of(command));
        args.addAll(java.util.List.of(database));
        return args.toArray(String[]::new);
    }
}
