package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.KeyState;
import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.TestTerminal;
import io.keyward.config.EnvFileApiKeyStore;
import io.keyward.config.KeywardConfig;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.json.Json;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The cases of ATTACKS.md for the command line: against the packaged program where its process is what is tested
 * (umask, signals, descriptors, two at once), else within this one.
 */
@Execution(ExecutionMode.CONCURRENT)
class OperatorIT {
    private static final boolean FULL = Boolean.getBoolean("tests.full");
    private static final Pattern KEY = Pattern.compile("kw_live_[0-9A-Za-z]{44}");

    @TempDir
    private Path directory;

    private Packaged keyward;
    private Operator operator;
    private Path file;

    @BeforeEach
    void set() {
        keyward = new Packaged(directory);
        file = directory.resolve(".env");
        operator = new Operator(file);
    }

    @Test
    @DisplayName("CL-01 with umask 000 every file is owner-only whenever it is looked at")
    void newFileIsOwnerOnlyFromItsFirstByte() throws Exception {
        Set<String> seen = new TreeSet<>();
        AtomicBoolean done = new AtomicBoolean();
        Thread watcher = new Thread(() -> watch(seen, done));
        watcher.start();
        Outcome outcome = keyward.shell("umask 000; exec \"$@\"", "issue", "--role", "client", "--owner", "alice");
        done.set(true);
        watcher.join();

        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(Set.of(), seen, "files that others could open");
    }

    private void watch(Set<String> seen, AtomicBoolean done) {
        while (!done.get()) {
            try (Stream<Path> entries = Files.list(directory)) {
                entries.forEach(entry -> noteIfOpen(entry, seen));
            } catch (IOException e) {
                seen.add(e.toString());
            }
        }
    }

    private static void noteIfOpen(Path entry, Set<String> seen) {
        try {
            // One reading: between two of them what was seen first can be gone.
            PosixFileAttributes attributes = Files.readAttributes(entry, PosixFileAttributes.class);
            Set<PosixFilePermission> permissions = EnumSet.copyOf(attributes.permissions());
            permissions.remove(PosixFilePermission.OWNER_READ);
            permissions.remove(PosixFilePermission.OWNER_WRITE);
            if (attributes.isDirectory()) {
                permissions.remove(PosixFilePermission.OWNER_EXECUTE); // only its owner can enter it
            }
            if (!permissions.isEmpty()) {
                seen.add(entry + " " + permissions);
            }
        } catch (NoSuchFileException renamed) {
            // It was there when the directory was listed; the next round sees the new name.
            Thread.onSpinWait();
        } catch (IOException e) {
            seen.add(e.toString());
        }
    }

    @Test
    @DisplayName("CL-02 an existing file keeps its mode")
    void keepsMode() throws Exception {
        Files.writeString(file, "A=1\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        issue("alice");

        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    @Test
    @DisplayName("CL-03 a link is followed and stays one")
    void linkStaysLink() throws Exception {
        Path real = Files.writeString(directory.resolve("real.env"), "A=1\n");
        Files.createSymbolicLink(file, Path.of("real.env"));

        issue("alice");

        assertTrue(Files.isSymbolicLink(file));
        assertEquals(1, EnvFileApiKeyStore.of(real).load().records().size());
    }

    @Test
    @DisplayName("CL-04 a planted link leads nowhere")
    void plantedLinkIsHarmless() throws Exception {
        Path victim = Files.writeString(directory.resolve("victim"), "untouched");
        for (String name : List.of(".env.tmp", ".env~", ".env.bak", "..env.keyward-0123456789abcdef.tmp")) {
            Files.createSymbolicLink(directory.resolve(name), victim);
        }

        issue("alice");

        assertEquals("untouched", Files.readString(victim));
    }

    @Test
    @DisplayName("CL-06 after kill -9 the file is old or new, and a shown key is stored")
    void killedIssueLeavesOldOrNew() throws Exception {
        issue("first");
        long seed = Long.getLong("tests.seed", 1);
        Random random = new Random(seed);
        int rounds = FULL ? 200 : 10;
        int before = 1;
        int shown = 0;
        for (int i = 0; i < rounds; i++) {
            File out = directory.resolve("out").toFile();
            Process process = keyward.start(out, "issue", "--role", "client", "--owner", "owner" + i);
            process.waitFor(random.nextInt(1500), TimeUnit.MILLISECONDS);
            process.destroyForcibly().waitFor();

            List<ApiKeyRecord> records = EnvFileApiKeyStore.of(file).load().records();
            assertTrue(records.size() == before || records.size() == before + 1, "seed " + seed + ", round " + i);
            before = records.size();
            String key = Files.readString(out.toPath()).strip();
            if (!key.isEmpty()) {
                shown++;
                assertTrue(hashesOf(records).contains(hashOf(key)), "seed " + seed + ": a shown key is not stored");
            }
        }
        System.out.println("CL-06: " + rounds + " kills, " + shown + " keys shown before, " + (before - 1) + " stored");
        issue("last");
        try (Stream<Path> entries = Files.list(directory)) {
            assertEquals(
                    Set.of(".env", ".env.lock", "out"),
                    entries.map(entry -> entry.getFileName().toString()).collect(Collectors.toSet()),
                    "left behind");
        }
    }

    @Test
    @DisplayName("CL-06 after an interrupt a key is stored and shown, or neither")
    void interruptedIssueIsWholeOrNothing() throws Exception {
        issue("first");
        long seed = Long.getLong("tests.seed", 1);
        Random random = new Random(seed);
        int rounds = FULL ? 100 : 5;
        int shown = 1;
        for (int i = 0; i < rounds; i++) {
            File out = directory.resolve("out").toFile();
            Process process = keyward.start(out, "issue", "--role", "client", "--owner", "owner" + i);
            process.waitFor(random.nextInt(1500), TimeUnit.MILLISECONDS);
            process.destroy();
            process.waitFor();

            // The virtual machine may print a word of its own when it is interrupted while it starts.
            String printed = Files.readString(out.toPath());
            shown += KEY.matcher(printed).find() ? 1 : 0;
            int round = i;
            assertEquals(
                    shown,
                    EnvFileApiKeyStore.of(file).load().records().size(),
                    () -> "seed " + seed + ", round " + round + ", printed: "
                            + KEY.matcher(printed).replaceAll("(a key)"));
        }
    }

    @Test
    @DisplayName("CL-07 of two who issue at once none loses the other's key")
    void twoWritersLoseNothing() throws Exception {
        int rounds = FULL ? 50 : 3;
        for (int i = 0; i < rounds; i++) {
            File one = directory.resolve("one").toFile();
            File two = directory.resolve("two").toFile();
            Process first = keyward.start(one, "issue", "--role", "client", "--owner", "one" + i);
            Process second = keyward.start(two, "issue", "--role", "client", "--owner", "two" + i);
            assertEquals(0, first.waitFor());
            assertEquals(0, second.waitFor());

            Set<KeyHash> hashes = hashesOf(EnvFileApiKeyStore.of(file).load().records());
            assertEquals(2 * (i + 1), hashes.size(), "round " + i);
            assertTrue(hashes.contains(hashOf(Files.readString(one.toPath()).strip())));
            assertTrue(hashes.contains(hashOf(Files.readString(two.toPath()).strip())));
        }
    }

    static Stream<Arguments> refusedValues() {
        return Stream.of(
                Arguments.of("CL-08 a line break in a name", List.of("--role", "client", "--name", "x\nKA=sha256:1")),
                Arguments.of("CL-08 a carriage return in a name", List.of("--role", "client", "--name", "x\rKA=1")),
                Arguments.of("CL-08 a reference in a name", List.of("--role", "client", "--name", "${HOME}")),
                Arguments.of("CL-09 two roles in one", List.of("--role", "reader,admin")),
                Arguments.of("CL-09 a role with an equals sign", List.of("--role", "reader=admin")),
                Arguments.of("CL-16 an end that is a word", List.of("--role", "client", "--expires", "yesterday")),
                Arguments.of(
                        "CL-16 an end in the past", List.of("--role", "client", "--expires", "2020-01-01T00:00:00Z")),
                Arguments.of("CL-16 an end at once", List.of("--role", "client", "--expires", "0d")),
                Arguments.of("CL-16 an end beyond reckoning", List.of("--role", "client", "--expires", "99999999999d")),
                Arguments.of("CL-16 a negative span", List.of("--role", "client", "--expires", "-5d")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusedValues")
    void refusesValueAndLeavesTheFileAlone(String name, List<String> values) throws Exception {
        byte[] before = Files.readAllBytes(Files.writeString(file, "A=1\r\n# no final newline"));
        List<String> args = new ArrayList<>(List.of("issue", "--owner", "alice"));
        args.addAll(values);

        Outcome outcome = operator.run(args.toArray(String[]::new));

        assertTrue(Set.of(1, 2).contains(outcome.exitCode()), "exit code " + outcome.exitCode());
        assertEquals("", outcome.out());
        assertFalse(outcome.err().contains("should not happen"), outcome.err());
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    @DisplayName("CL-09 an awkward name comes back as it is and gives no role")
    void awkwardNameComesBack() throws Exception {
        issue("it's \"$me\"", "--name", "a=b#c");

        ApiKeyRecord record = onlyRecord();
        assertEquals("a=b#c", record.name());
        assertEquals("it's \"$me\"", record.owner());
        assertEquals(Set.of("client"), record.roles());
    }

    @ParameterizedTest
    @ValueSource(strings = {"hash", "check", "verify"})
    @DisplayName("CL-10 no command takes a secret as an argument")
    void refusesSecretAsArgument(String command) throws Exception {
        String key = ThrowAwayKeys.newKey().reveal();

        Outcome outcome = operator.run(command, key);

        assertEquals(2, outcome.exitCode());
        assertTrue(outcome.err().contains("process list"), outcome.err());
        assertFalse((outcome.out() + outcome.err()).contains(key), "echoes the key");
    }

    @Test
    @DisplayName("CL-11 the key is shown once, on standard output; no other command shows key or hash")
    void keyIsShownOnce() throws Exception {
        Outcome issued = operator.run("issue", "--role", "client", "--owner", "alice");
        String key = issued.out().strip();
        String id = idOf(key);
        String hash = KeyHasher.sha256().hash(ApiKey.of(key)).reveal().substring(7);

        assertEquals(key + "\n", issued.out());
        assertFalse(issued.err().contains(key.substring(16)), "the key is on standard error");
        for (List<String> command : List.of(
                List.of("list"),
                List.of("list", "--json"),
                List.of("show", id),
                List.of("show", id, "--json"),
                List.of("status"),
                List.of("status", "--json"),
                List.of("disable", id, "--json"),
                List.of("enable", id),
                List.of("revoke", id, "--json"))) {
            Outcome outcome = operator.run(command.toArray(String[]::new));
            assertEquals(0, outcome.exitCode(), () -> command + ": " + outcome.err());
            String all = outcome.out() + outcome.err();
            assertTrue(all.contains(id), () -> command + " says nothing of the key");
            assertFalse(all.contains(key.substring(16)), () -> command + " shows the key");
            assertFalse(all.contains(hash), () -> command + " shows the hash");
        }
    }

    @Test
    @DisplayName("CL-12 everything else stays byte for byte")
    void leavesTheRestByteForByte() throws Exception {
        String text = "\uFEFF# top\r\n\r\nexport A='1 2' # why\r\nlower.name = x\r\n# end, no newline";
        Files.writeString(file, text);

        issue("alice");
        String id = onlyRecord().id();
        assertEquals(0, operator.run("disable", id).exitCode());
        assertEquals(0, operator.run("rotate", id, "--overlap", "1h").exitCode());

        assertTrue(Files.readString(file).startsWith(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"revoke", "rotate", "disable", "enable", "show"})
    @DisplayName("CL-13 an unknown id is refused and the file stays")
    void refusesUnknownId(String command) throws Exception {
        issue("alice");
        byte[] before = Files.readAllBytes(file);

        Outcome outcome = operator.run(command, "nosuchid");

        assertEquals(1, outcome.exitCode());
        assertEquals("", outcome.out());
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    @DisplayName("CL-14 with the last key revoked the file is valid and denies it")
    void revokedLastKey() throws Exception {
        String key = issue("alice").out().strip();
        assertEquals(0, operator.runReading(key, "verify").exitCode());

        assertEquals(0, operator.run("revoke", idOf(key)).exitCode());

        Outcome refused = operator.runReading(key, "verify");
        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("revoked"), refused.err());
        try (KeywardConfig config = KeywardConfig.builder()
                .envFile(file)
                .roles(Role.of("client"))
                .environment(Map.of())
                .follow(false)
                .load()) {
            assertFalse(config.verifier().verify(key).isAccepted());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"exec \"$@\" >&-", "exec \"$@\" >/dev/full", "exec \"$@\" >/dev/null", "exec \"$@\" >&- 2>&- <&-"
            })
    @DisplayName("CL-15 a key that cannot be shown is not stored")
    void keyThatCannotBeShownIsNotStored(String line) throws Exception {
        assumeTrue(!line.contains("/dev/full") || Files.exists(Path.of("/dev/full")), "no /dev/full here");
        Outcome text = keyward.shell(line, "issue", "--role", "client", "--owner", "alice", "--output", "text");
        assertNotEquals(0, text.exitCode());
        assertFalse(Files.exists(file), "a file was left");
        for (String output : List.of("json", "bitwarden")) {
            int exitCode = issueInProcess(line, output);

            assertNotEquals(0, exitCode, output);
            assertFalse(Files.exists(file), "a file was left");
        }
        byte[] before = Files.readAllBytes(Files.writeString(file, "A=1 # no final newline"));
        assertNotEquals(
                0,
                keyward.shell(line, "issue", "--role", "client", "--owner", "alice")
                        .exitCode());
        assertArrayEquals(before, Files.readAllBytes(file));
        try (Stream<Path> entries = Files.list(directory)) {
            assertEquals(
                    Set.of(".env", ".env.lock"),
                    entries.map(entry -> entry.getFileName().toString()).collect(Collectors.toSet()));
        }
        assertEquals(0, Files.size(directory.resolve(".env.lock")), "something was written into the lock file");
    }

    /** Issues a key within this process, to a descriptor like the one that the line makes standard output of. */
    private int issueInProcess(String line, String output) throws IOException {
        Map<String, String> environment = Map.of("KEYWARD_FILE", file.toString());
        // in a process, what takes the number of a closed descriptor is open for reading
        try (FileInputStream closed = new FileInputStream("/dev/null");
                OutputStream out = line.contains("/dev/")
                        ? new FileOutputStream(line.contains("/dev/full") ? "/dev/full" : "/dev/null")
                        : new FileOutputStream(closed.getFD())) {
            Terminal terminal = TestTerminal.of(
                    InputStream.nullInputStream(),
                    out,
                    new PrintStream(OutputStream.nullOutputStream()),
                    environment,
                    null,
                    line.contains("/dev/null"));
            return Main.run(List.of("issue", "--role", "client", "--owner", "alice", "--output", output), terminal);
        }
    }

    @Test
    @DisplayName("issue 16 a closed standard input is empty, and not a file of the virtual machine")
    void closedStandardInputIsEmpty() throws Exception {
        Outcome outcome = keyward.shell("exec \"$@\" <&-", "hash");

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.err().contains("no key was given"), outcome.err());
    }

    @Test
    @DisplayName("CL-15 a rotation whose key cannot be shown is undone")
    void rotationThatCannotBeShownIsUndone() throws Exception {
        String key = issue("alice").out().strip();
        ApiKeyRecord before = onlyRecord();

        Outcome outcome = keyward.shell("exec \"$@\" >&-", "rotate", before.id(), "--overlap", "0s");

        assertEquals(3, outcome.exitCode(), outcome.err());
        assertEquals(before, onlyRecord());
        assertEquals(0, operator.runReading(key, "verify").exitCode());
    }

    @Test
    @DisplayName("CL-15 with standard input closed issue works, and hash says what is missing")
    void closedInput() throws Exception {
        assertEquals(
                0,
                keyward.shell("exec \"$@\" <&-", "issue", "--role", "client", "--owner", "a")
                        .exitCode());

        Outcome outcome = keyward.shell("exec \"$@\" <&-", "hash");
        assertNotEquals(0, outcome.exitCode());
        assertEquals("", outcome.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"-5", "-5h", "99999999d", "999999999999w", "24"})
    @DisplayName("CL-16 an overlap that cannot be is refused and the file stays")
    void refusesImpossibleOverlap(String overlap) throws Exception {
        issue("alice", "--expires", "never");
        String id = onlyRecord().id();
        byte[] before = Files.readAllBytes(file);

        Outcome outcome = operator.run("rotate", id, "--overlap", overlap);

        assertTrue(Set.of(1, 2).contains(outcome.exitCode()), "exit code " + outcome.exitCode());
        assertFalse(outcome.err().contains("should not happen"), outcome.err());
        assertEquals("", outcome.out());
        assertArrayEquals(before, Files.readAllBytes(file));
    }

    @Test
    @DisplayName("a second rotation inside the overlap is refused, says what would end, and is made with --drop-old")
    void refusesRotationInsideAnOverlap() throws Exception {
        issue("alice", "--expires", "never");
        String id = onlyRecord().id();
        assertEquals(0, operator.run("rotate", id, "--overlap", "1h").exitCode());
        byte[] before = Files.readAllBytes(file);

        Outcome refused = operator.run("rotate", id);

        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("secret no. 1 stays valid until"), refused.err());
        assertTrue(refused.err().contains("--drop-old"), refused.err());
        assertEquals("", refused.out());
        assertArrayEquals(before, Files.readAllBytes(file));

        assertEquals(0, operator.run("rotate", id, "--drop-old").exitCode());
        assertEquals(3, onlyRecord().current().ordinal());
    }

    @Test
    void listEntryThatIsRotatedBecomesNamedKey() throws Exception {
        String old = ThrowAwayKeys.newKey().reveal();
        Files.writeString(file, "CLIENT_API_KEY_HASHES=" + hashOf(old).reveal() + "\nB=2\n");
        RoleModel roles = RoleModel.of(Role.of("client"));
        String id = EnvFileApiKeyStore.of(file, roles).load().records().get(0).id();

        Outcome outcome = operator.run("rotate", id, "--declared-roles", "client", "--overlap", "1h");

        assertEquals(0, outcome.exitCode(), outcome.err());
        String text = Files.readString(file);
        String named = "KEYWARD_KEYS_" + id.toUpperCase(Locale.ROOT);
        assertTrue(text.startsWith("B=2\n\n" + named) && text.contains("\n" + named + "_HASH="), "not a named key");
        for (String key : List.of(old, outcome.out().strip())) {
            assertEquals(
                    0,
                    operator.runReading(key, "verify", "--declared-roles", "client")
                            .exitCode());
        }
    }

    @Test
    void bitwardenItemHoldsTheKeyInThePasswordOnly() throws Exception {
        Outcome outcome = operator.run("issue", "--role", "client", "--owner", "alice", "--output", "bitwarden");

        var item = Json.createReader(new StringReader(outcome.out())).readObject();
        var login = item.getJsonObject("login");
        String key = login.getString("password");
        var field = item.getJsonArray("fields").getJsonObject(0);
        assertEquals("API key " + idOf(key) + " of alice", item.getString("name"));
        assertEquals("alice", login.getString("username"));
        assertEquals(1, item.getInt("type"));
        assertEquals("api_key_hash", field.getString("name"));
        assertEquals(1, field.getInt("type"), "the field is not hidden");
        assertEquals(hashOf(key).reveal().substring(7), field.getString("value"));
        assertEquals(outcome.out().indexOf(key), outcome.out().lastIndexOf(key), "the key stands twice");
    }

    @Test
    void hashesPlaintextFileInPlace() throws Exception {
        String key = ThrowAwayKeys.newKey().reveal();
        Files.writeString(file, "APP_ENV=dev\nCLIENT_API_KEYS=[\"" + key + "\"] # c\n");

        Outcome outcome = operator.run("hash", "--file", file.toString(), "--declared-roles", "client");

        assertEquals(0, outcome.exitCode(), outcome.err());
        assertEquals("APP_ENV=dev\nCLIENT_API_KEYS=[\"" + hashOf(key).reveal() + "\"] # c\n", Files.readString(file));
        assertEquals(
                0,
                operator.runReading(key, "verify", "--declared-roles", "client").exitCode());
    }

    @Test
    void hashNamesTheVariableThatStillHoldsAKey() throws Exception {
        String key = ThrowAwayKeys.newKey().reveal();
        Files.writeString(file, "SUBMIT_KEY=" + key + "\nCLIENT_API_KEYS=${SUBMIT_KEY}\n");

        Outcome outcome = operator.run("hash", "--file", file.toString(), "--declared-roles", "client");

        assertEquals(0, outcome.exitCode(), outcome.err());
        assertTrue(outcome.err().contains("the text of a key in SUBMIT_KEY"), "does not name it");
        assertFalse((outcome.out() + outcome.err()).contains(key.substring(16)), "shows the key");
    }

    @Test
    void scanRevokesKeysOfTheFileAndNoOthers() throws Exception {
        String leaked = issue("alice").out().strip();
        String safe = issue("bob").out().strip();
        // The id of bob's key with another secret: a text that anybody can make up.
        ApiKey forged = ApiKeyGenerator.of(KeyFormat.of("kw_live")).generate(idOf(safe));
        Files.writeString(directory.resolve("leak.log"), "x " + leaked + "\n" + forged.reveal() + "\n");

        Outcome outcome =
                operator.run("scan", "--revoke", directory.resolve("leak.log").toString());

        assertEquals(1, outcome.exitCode(), outcome.err());
        assertFalse((outcome.out() + outcome.err()).contains(leaked.substring(16)), "shows the key");
        assertEquals(1, operator.runReading(leaked, "verify").exitCode());
        assertEquals(0, operator.runReading(safe, "verify").exitCode());
    }

    @Test
    void statusIsUnhealthyWhereServiceWouldRefuse() throws Exception {
        Files.writeString(file, "KEYWARD_KEYS_BOB_HASH=sha256:12\n");

        Outcome outcome = operator.run("status");

        assertEquals(1, outcome.exitCode());
        assertTrue(outcome.out().contains(".env:1"), outcome.out());
        assertEquals(
                1,
                operator.run("status", "--dir", directory.resolve("none").toString())
                        .exitCode());
    }

    @Test
    @DisplayName("issue 17.4 a key is revoked next to a bad line, and the message names the line")
    void revokesNextToABadLine() throws Exception {
        String key = issue("alice").out().strip();
        String bad = "THIS IS NO LINE\n";
        Files.writeString(file, bad + Files.readString(file));

        Outcome disabled = operator.run("disable", idOf(key));
        Outcome revoked = operator.run("revoke", idOf(key));

        assertEquals(1, disabled.exitCode(), disabled.err());
        assertEquals(1, revoked.exitCode(), revoked.err());
        assertTrue(revoked.err().contains("until line 1 is repaired"), revoked.err());
        assertTrue(Files.readString(file).startsWith(bad));
        Files.writeString(file, Files.readString(file).substring(bad.length()));
        assertEquals(
                KeyState.REVOKED,
                EnvFileApiKeyStore.of(file).load().records().get(0).state());
        assertEquals(
                3,
                operator.run("list", "--file", directory.resolve("none.env").toString())
                        .exitCode());
    }

    @Test
    @DisplayName("issue 17.5 references lead to the file and then to the environment")
    void readsReferencesAsTheServiceDoes() throws Exception {
        String key = ThrowAwayKeys.newKey().reveal();
        Files.writeString(
                file,
                "KEYWARD_KEYS_EVE_HASH=${A}\nA=${EVE}\nCLIENT_API_KEY_HASHES=${NOWHERE},"
                        + hashOf("x".repeat(20)).reveal());
        Operator atTheService = operator.with("EVE", hashOf(key).reveal())
                .with("NOWHERE", hashOf("y".repeat(20)).reveal());

        Outcome listed = atTheService.run("list", "--declared-roles", "client");
        Outcome revoked = operator.run("revoke", "eve", "--declared-roles", "client");

        assertEquals(0, listed.exitCode(), listed.err());
        assertEquals(4, listed.out().lines().count(), listed.out());
        assertEquals(1, revoked.exitCode(), revoked.err());
        assertTrue(revoked.err().contains("set NOWHERE there, or write the value itself"), revoked.err());
        assertTrue(Files.readString(file).startsWith("KEYWARD_KEYS_EVE_STATE=revoked\n"));
        assertTrue(Files.readString(file).contains("\nKEYWARD_KEYS_EVE_HASH=${A}\n"));
        Path variables = Files.writeString(
                directory.resolve("service.env"),
                "NOWHERE=" + hashOf("y".repeat(20)).reveal() + "\nEVE="
                        + hashOf(key).reveal() + "\n");
        Outcome again = operator.run("list", "--declared-roles", "client", "--env-file", variables.toString());
        assertEquals(0, again.exitCode(), again.err());
        assertEquals(
                3,
                operator.run("list", "--env-file", directory.resolve("none.env").toString())
                        .exitCode());
    }

    @Test
    void missingFileIsFileProblem() throws Exception {
        assertEquals(3, operator.run("list").exitCode());
        for (Path unwritable : List.of(directory.resolve("no/such/.env"), directory)) {
            assertEquals(
                    3,
                    operator.run("issue", "--role", "client", "--owner", "a", "--file", unwritable.toString())
                            .exitCode());
        }
    }

    private Outcome issue(String owner, String... further) throws IOException, InterruptedException {
        List<String> args = new ArrayList<>(List.of("issue", "--role", "client", "--owner", owner));
        args.addAll(List.of(further));
        Outcome outcome = operator.run(args.toArray(String[]::new));
        assertEquals(0, outcome.exitCode(), outcome.err());
        return outcome;
    }

    private ApiKeyRecord onlyRecord() {
        List<ApiKeyRecord> records = EnvFileApiKeyStore.of(file).load().records();
        assertEquals(1, records.size());
        assertEquals(KeyState.ACTIVE, records.get(0).state());
        return records.get(0);
    }

    private static Set<KeyHash> hashesOf(List<ApiKeyRecord> records) {
        return records.stream().map(record -> record.current().hash()).collect(Collectors.toSet());
    }

    private static KeyHash hashOf(String key) {
        return KeyHasher.sha256().hash(ApiKey.of(key));
    }

    /** The public id in the text of an issued key. */
    private static String idOf(String key) {
        return KeyFormat.recognise(key).orElseThrow().idOf(ApiKey.of(key));
    }
}
