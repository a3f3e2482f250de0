package io.keyward.config;

import static io.keyward.config.ConfigFiles.hash;
import static io.keyward.config.ConfigFiles.newKey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.config.ConfigReport.FileUse;
import io.keyward.config.ConfigReport.Mode;
import io.keyward.config.ConfigReport.SeenFile;
import io.keyward.testing.MovableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the report says. */
class ConfigReportTest {
    /** Has the sample; written by this test with {@code -Ddocs.write=true}, else compared. */
    private static final Path REFERENCE = Path.of("..", "docs", "configuration.md");

    private static final Pattern SAMPLE = Pattern.compile("(?s)```text\n(.*?)```");

    private static final MovableClock CLOCK = MovableClock.at("2026-03-05T13:00:00Z");

    @TempDir
    Path directory;

    private ConfigFiles files;

    @BeforeEach
    void newFiles() throws Exception {
        directory = directory.toRealPath();
        files = new ConfigFiles(directory);
    }

    @Test
    @DisplayName("the wrong one of two files edited: the report tells a tired operator, and is the sample in docs")
    void tellsThatTheWrongFileWasEdited() throws Exception {
        // so deep that the search in the directories above ends before those of this machine
        Path root = directory.resolve("1/2/3/4/5/6");
        Path opt = Files.createDirectories(root.resolve("opt"));
        Path primary = Files.createDirectories(opt.resolve("coordinator-api")).resolve(".env");
        Path active = Files.createDirectories(opt.resolve("aitbc/apps/coordinator-api"))
                .resolve(".env");
        ConfigFiles.write(active, CoordinatorEnvTest.reference());
        ConfigFiles.write(
                primary,
                CoordinatorEnvTest.reference()
                        .replace(
                                "[\"client_dev_key_1_valid\",",
                                "[\"test_client_key_16_chars\",\"client_dev_key_1_valid\","));
        Files.setLastModifiedTime(active, FileTime.from(Instant.parse("2026-02-11T08:30:00Z")));
        Files.setLastModifiedTime(primary, FileTime.from(Instant.parse("2026-03-05T12:55:00Z")));
        try (KeywardConfig keys = files.builder()
                .envFile(active)
                .directory(primary.getParent())
                .environment(Map.of("PATH", "/bin"))
                .clock(CLOCK)
                .load()) {
            String text = keys.report().text().replace(root.toString(), "");
            String reference = Files.readString(REFERENCE);
            Matcher sample = SAMPLE.matcher(reference);
            assertTrue(sample.find(), "docs/configuration.md has no sample");
            if (Boolean.getBoolean("docs.write")) {
                Files.writeString(
                        REFERENCE, reference.substring(0, sample.start(1)) + text + reference.substring(sample.end(1)));
            } else {
                assertEquals(sample.group(1), text, "run with -Ddocs.write=true if this is meant");
            }

            SeenFile unread = seen(keys, primary);
            assertEquals(FileUse.NOT_READ, unread.use());
            assertEquals(
                    List.of(
                            "This service does not read this file: what is changed in it has no effect.",
                            "It was changed later than every file that is read.",
                            "CLIENT_API_KEYS (line 3) differs from what is in force, which is at " + active
                                    + ":3; edit it there."),
                    unread.notes());
        }
    }

    private static SeenFile seen(KeywardConfig keys, Path path) {
        return keys.report().files().stream()
                .filter(file -> file.path().equals(path))
                .findFirst()
                .orElseThrow(() ->
                        new AssertionError(path + " is not in " + keys.report().text()));
    }

    @Test
    void namesFilesLookedForAndNotFound() {
        files.env("KEYWARD_KEYS_A_HASH=" + hash(newKey()) + "\n");
        try (KeywardConfig keys = files.builder()
                .mention(directory.resolve("other.env"))
                .environment(Map.of("SMALLRYE_CONFIG_PROFILE", "blue"))
                .load()) {
            assertEquals(FileUse.READ, seen(keys, files.env).use());
            assertEquals(
                    FileUse.NOT_FOUND,
                    seen(keys, directory.resolve(".env-blue")).use());
            assertEquals(
                    FileUse.NOT_FOUND,
                    seen(keys, directory.resolve("config/application.properties"))
                            .use());
            assertEquals(
                    FileUse.NOT_FOUND,
                    seen(keys, directory.resolve("other.env")).use());
        }
    }

    @Test
    @DisplayName("names a .env.<profile>, which other programs read, and says what differs in it")
    void namesFilesThatOtherProgramsRead() {
        files.env("KEYWARD_KEYS_A_HASH=" + hash(newKey()) + "\n");
        for (String ending : List.of("blue", "green", "local", "production")) {
            ConfigFiles.write(directory.resolve(".env." + ending), "KEYWARD_KEYS_A_HASH=" + hash(newKey()) + "\n");
        }
        try (KeywardConfig keys = files.builder()
                .environment(Map.of("SMALLRYE_CONFIG_PROFILE", "blue"))
                .load()) {
            for (String ending : List.of("blue", "local", "production")) {
                ConfigReport.SeenFile seen = seen(keys, directory.resolve(".env." + ending));
                assertEquals(FileUse.NOT_READ, seen.use());
                assertTrue(String.join("", seen.notes()).contains("differs from what is in force"), "no difference");
            }
            assertFalse(keys.report().text().contains(".env.green"), "a file of no active profile");
        }
    }

    @Test
    void namesRealPathBehindLinks() throws Exception {
        Path real = directory.resolve("real.env");
        ConfigFiles.write(real, "KEYWARD_KEYS_A_HASH=" + hash(newKey()) + "\n");
        Files.createSymbolicLink(files.env, real);
        try (KeywardConfig keys = files.load()) {
            assertEquals(real, seen(keys, files.env).realPath());
            assertEquals(Files.size(real), seen(keys, files.env).size());
            assertEquals("rw-------", seen(keys, files.env).permissions());
        }
    }

    @Test
    void saysWhichModeAndWhy() {
        files.env("APP_ENV=dev\nKEYWARD_MODE=production\nKEYWARD_KEYS_A_HASH=" + hash(newKey()) + "\n");
        try (KeywardConfig keys = files.load()) {
            assertEquals(Mode.PRODUCTION, keys.report().mode());
            assertEquals(
                    "because of KEYWARD_MODE in " + files.env + ":2",
                    keys.report().modeReason());
        }
        files.env("APP_ENV=dev\nKEYWARD_KEYS_A_HASH=" + hash(newKey()) + "\n");
        try (KeywardConfig keys = files.load()) {
            assertEquals(Mode.DEVELOPMENT, keys.report().mode());
            assertEquals(
                    "because of APP_ENV in " + files.env + ":1", keys.report().modeReason());
        }
        files.env("APP_ENV=production\nKEYWARD_KEYS_A_HASH=" + hash(newKey()) + "\n");
        try (KeywardConfig keys = files.load()) {
            assertEquals(Mode.PRODUCTION, keys.report().mode());
        }
    }

    @Test
    void leavesListsOfUndeclaredRolesAloneAndNamesThem() {
        files.env("OPENAI_API_KEYS=sk-abc def,,\nCLIENT_API_KEY_HASHES=" + hash(newKey()) + "\n");
        try (KeywardConfig keys = files.load()) {
            assertEquals(1, keys.ring().current().size());
            ConfigProblem warning = keys.report().warnings().get(0);
            assertEquals("OPENAI_API_KEYS", warning.name());
            assertEquals(1, warning.line());
        }
    }

    @Test
    void toleratesForeignNamesInTheEnvironmentAloneAndNamesThem() {
        files.env("CLIENT_API_KEY_HASHES=" + hash(newKey()) + "\n");
        Map<String, String> kubernetes =
                Map.of("KEYWARD_PORT", "tcp://10.0.0.1:80", "KEYWARD_SERVICE_HOST", "10.0.0.1");
        try (KeywardConfig keys = files.builder().environment(kubernetes).load()) {
            Set<String> named =
                    keys.report().warnings().stream().map(ConfigProblem::name).collect(Collectors.toSet());
            assertEquals(kubernetes.keySet(), named);
        }
        for (String ours : List.of("KEYWARD_KEYS_A_HASCH", "KEYWARD_ROLES_X_INCLUDE", "KEYWARD_PEPPERS_")) {
            ConfigException refused = ConfigFiles.refused(files.builder().environment(Map.of(ours, "x")));
            assertTrue(refused.getMessage().contains("environment: " + ours), refused.getMessage());
        }
        ConfigException refused =
                ConfigFiles.refused(files.builder().systemProperties(Map.of("keyward.reload-intervall", "5s")));
        assertTrue(refused.getMessage().contains("system properties: keyward.reload-intervall"), refused.getMessage());
    }

    @Test
    void namesKeysByRoleAndThoseThatEndSoon() {
        files.env("KEYWARD_KEYS_A_HASH=" + hash(newKey()) + "\nKEYWARD_KEYS_A_ROLES=client,miner\n"
                + "KEYWARD_KEYS_A_EXPIRES_AT=2026-03-10T00:00:00Z\n"
                + "KEYWARD_KEYS_B_HASH=" + hash(newKey()) + "\nKEYWARD_KEYS_B_ROLES=client\n"
                + "KEYWARD_KEYS_B_EXPIRES_AT=2026-06-10T00:00:00Z\n"
                + "KEYWARD_KEYS_B_RETIRING_HASH=" + hash(newKey()) + "\n"
                + "KEYWARD_KEYS_B_RETIRING_UNTIL=2026-03-06T00:00:00Z\n"
                + "KEYWARD_KEYS_B_STATE=disabled\n");
        MovableClock clock = MovableClock.at("2026-03-05T13:00:00Z");
        try (KeywardConfig keys = files.builder().clock(clock).load()) {
            ConfigReport report = keys.report();
            assertEquals(Map.of("client", Set.of("a", "b"), "miner", Set.of("a")), report.keyIdsByRole());
            assertEquals(
                    List.of("a"),
                    report.expiringSoon().stream().map(key -> key.id()).toList());
            assertTrue(report.text().contains("b is disabled"), report.text());
            assertTrue(report.text().contains("b also accepts its old secret until 2026-03-06T00:00:00Z"));
            clock.advance(Duration.ofDays(90));
            keys.reloadNow();
            assertEquals(2, keys.report().expiringSoon().size());
        }
    }

    @Test
    @DisplayName("CF-28 a file that others can read or change is named, and refused in strict mode")
    void judgesPermissions() throws Exception {
        files.env("CLIENT_API_KEY_HASHES=" + hash(newKey()) + "\n");
        for (String permissions : List.of("rw-r--r--", "rw-rw-rw-", "rw-r-----", "rw----r--", "rw--w----")) {
            Files.setPosixFilePermissions(files.env, PosixFilePermissions.fromString(permissions));
            try (KeywardConfig keys = files.load()) {
                assertEquals(1, keys.report().warnings().size());
                assertTrue(keys.report().warnings().get(0).what().contains(permissions));
            }
            assertTrue(ConfigFiles.refused(files.builder().strictPermissions(true))
                    .getMessage()
                    .contains("chmod 600"));
        }
        Files.setPosixFilePermissions(files.env, PosixFilePermissions.fromString("r--------"));
        files.builder().strictPermissions(true).load().close();
    }

    @Test
    @DisplayName("CF-28 the property asks for strict mode too, and secret files are judged as well")
    void judgesPermissionsOfSecretFiles() throws Exception {
        Path secret = directory.resolve("alice");
        ConfigFiles.write(secret, hash(newKey()));
        files.env("keyward.strict-permissions=true\nkeyward.keys.alice.hash=@alice\n");
        files.load().close();
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
        assertTrue(files.refused().getMessage().contains(secret + ": users other than the owner can read"));
    }

    @Test
    @DisplayName("CF-28 a directory that everybody can write to, unless its sticky bit is set")
    void judgesDirectory() throws Exception {
        Path open = Files.createDirectory(directory.resolve("open"));
        ConfigFiles.write(open.resolve("keys.env"), "CLIENT_API_KEY_HASHES=" + hash(newKey()) + "\n");
        Files.setAttribute(open, "unix:mode", 0777);
        KeywardConfig.Builder builder =
                files.builder().envFile(open.resolve("keys.env")).strictPermissions(true);
        assertTrue(ConfigFiles.refused(builder).getMessage().contains("everybody can replace the file"));
        Files.setAttribute(open, "unix:mode", 01777);
        builder.load().close();
    }

    @Test
    @DisplayName("CF-28 a file of another user")
    void judgesOwner() throws Exception {
        files.env("CLIENT_API_KEY_HASHES=" + hash(newKey()) + "\n");
        Assumptions.assumeTrue(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "only root can give a file away");
        Files.setAttribute(files.env, "unix:uid", 54321);
        assertTrue(ConfigFiles.refused(files.builder().strictPermissions(true))
                .getMessage()
                .contains("the file belongs to another user"));
    }

    @Test
    @DisplayName("CF-03 a file that this process may not read")
    void refusesUnreadableFile() throws Exception {
        Assumptions.assumeFalse(
                (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "root can read every file");
        files.env("CLIENT_API_KEY_HASHES=" + hash(newKey()) + "\n");
        Files.setPosixFilePermissions(files.env, PosixFilePermissions.fromString("---------"));
        assertTrue(files.refused().getMessage().contains("the file cannot be read"));
    }

    @Test
    void warnsOfPlaintextInProduction() {
        files.env(
                "keyward.plaintext-keys=allow\nADMIN_API_KEYS=" + newKey() + "\nKEYWARD_KEYS_A_KEY=" + newKey() + "\n");
        try (KeywardConfig keys = files.load()) {
            assertEquals(
                    2,
                    keys.report().keys().stream().filter(key -> key.plaintext()).count());
            assertTrue(keys.report().warnings().get(0).what().contains("2 keys are in plaintext"));
        }
    }

    @Test
    void tellsAsMuchAsItFoundWhenItRefuses() {
        files.env("CLIENT_API_KEY_HASHES=" + hash(newKey()) + "\nkeyward.mod=x\n");
        ConfigReport report = files.refused().report();
        assertEquals(1, report.keys().size());
        assertEquals(1, report.problems().size());
        assertFalse(report.files().isEmpty());
    }
}
