package io.keyward.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHasher;
import io.keyward.KeyState;
import io.keyward.Verification;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreException;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an edit does to the file around it, and what a crash, a full disk or a planted link does to an edit. */
class EnvFileEditTest {
    private static final RoleModel ROLES = RoleModel.of(Role.of("client"), Role.of("admin"));

    private final ApiKey key = ThrowAwayKeys.newKey();
    private final ApiKey other = ThrowAwayKeys.newKey();

    @TempDir
    private Path directory;

    static Stream<Arguments> surroundings() {
        return Stream.of(
                Arguments.of("CL-12 comments, blank lines, unknown names", """
                        # first
                        DATABASE_URL=sqlite:///./x.db   # a comment

                        export PATH_TO='a b'
                        UNKNOWN="with \\" quote"
                        """),
                Arguments.of("CL-12 CRLF", "# first\r\nA=1\r\n\r\nB= 2 # two\r\n"),
                Arguments.of("CL-12 no final newline", "A=1\n# last"),
                Arguments.of("CL-12 CRLF and no final newline", "A=1\r\nB=2"),
                Arguments.of("CL-12 a byte-order mark", "\uFEFFA=1\n"),
                Arguments.of("CL-12 trailing blanks and tabs", "A=1 \t\n\t\n  B=2\n\n\n"),
                Arguments.of("CL-12 a list over several lines", "X_LIST=[\n  \"a\", # no\n]\n".replace(" # no", "")),
                Arguments.of("CL-12 other scripts", "NAME='ключ 鍵'\n"),
                Arguments.of("CL-12 an empty file", ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("surroundings")
    void leavesTheRestByteForByte(String name, String text) throws IOException {
        Path file = write(text);
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file);

        ApiKeyRecord stored = store.insert(
                ThrowAwayKeys.recordOf(key).owner("alice").roles("client").build());
        ApiKeyRecord disabled = store.update(
                stored.toBuilder().state(KeyState.DISABLED).owner(null).build());
        store.update(
                disabled.toBuilder().state(KeyState.ACTIVE).owner("a b # c").build());

        String edited = Files.readString(file);
        assertTrue(edited.startsWith(text), "what was there is not the beginning of what is there");
        assertTrue(edited.endsWith("\n"));
        boolean crlf = text.contains("\r\n");
        assertEquals(crlf, edited.substring(text.length()).contains("\r\n"), "line ends");
        assertEquals("a b # c", store.find(stored.id()).orElseThrow().owner());
    }

    @Test
    @DisplayName("CL-12 changes single lines in the middle and keeps their comments, export and spelling")
    void changesSingleLinesInPlace() throws IOException {
        String hash = KeyHasher.sha256().hash(key).reveal();
        String line = "export KEYWARD_KEYS_BOB_HASH=" + hash + " # the key of bob\n";
        Path file =
                write("A=1\n" + line + "# between\nkeyward.keys.bob.owner = bob # who\nKEYWARD_KEYS_BOB_NAME=x\nB=2");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file);
        ApiKeyRecord bob = store.find("bob").orElseThrow();

        store.update(bob.toBuilder()
                .owner("bob the builder")
                .name(null)
                .state(KeyState.DISABLED)
                .build());

        assertEquals(
                "A=1\nKEYWARD_KEYS_BOB_STATE=disabled\n" + line
                        + "# between\nkeyward.keys.bob.owner = 'bob the builder' # who\nB=2",
                Files.readString(file));
    }

    static Stream<Arguments> lists() {
        return Stream.of(
                Arguments.of("[\"%1$s\",\"%2$s\"]", "[\"%2$s\"]"),
                Arguments.of("[\"%2$s\", \"%1$s\"]", "[\"%2$s\"]"),
                Arguments.of("'[\"%2$s\",\"%1$s\"]'", "'[\"%2$s\"]'"),
                Arguments.of("%1$s,%2$s", "%2$s"),
                Arguments.of("%2$s,%1$s", "%2$s"),
                Arguments.of("\"%2$s, %1$s\"", "\"%2$s\""),
                Arguments.of("[%1$s, %2$s]", "[%2$s]"),
                Arguments.of("[\n  \"%1$s\",\n  \"%2$s\"\n]", "[\n  \"%2$s\"\n]"),
                Arguments.of("[\n  \"%2$s\",\n  \"%1$s\"\n]", "[\n  \"%2$s\"\n]"));
    }

    @ParameterizedTest
    @MethodSource("lists")
    void makesNamedKeyOfTheListEntryThatIsChanged(String before, String after) throws IOException {
        Path file = write("# keys\nCLIENT_API_KEYS=" + filled(before) + " # dev\nB=2\n");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file, ROLES);
        ApiKeyRecord listed = recordOf(key, store);

        ApiKeyRecord revoked =
                store.update(listed.toBuilder().state(KeyState.REVOKED).build());

        String edited = Files.readString(file);
        assertTrue(
                edited.startsWith("# keys\nCLIENT_API_KEYS=" + filled(after) + " # dev\nB=2\n"),
                "the list is not as it should be");
        assertEquals(listed.id(), revoked.id());
        assertEquals(KeyState.REVOKED, recordOf(key, store).state());
        assertEquals(KeyState.ACTIVE, recordOf(other, store).state());
        assertFalse(edited.contains(key.reveal()), "the plaintext is still there");
    }

    @ParameterizedTest
    @MethodSource("lists")
    void hashesPlaintextWhereItStands(String template, String unused) throws IOException {
        Path file = write("CLIENT_API_KEYS=" + filled(template) + " # dev\nKEYWARD_KEYS_BOB_KEY=" + thirdKey.reveal()
                + " # bob\nOPENAI_API_KEYS=left-alone-0123456789\n");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file, ROLES);
        Set<String> ids = store.load().records().stream().map(ApiKeyRecord::id).collect(Collectors.toSet());
        assertEquals(3, keyFile(file).plaintextKeyIds().size());
        assertEquals(List.of("OPENAI_API_KEYS"), keyFile(file).undeclaredLists());

        assertEquals(List.copyOf(new TreeSet<>(ids)), keyFile(file).hashPlaintextKeys());

        String expected = filled(template).replace(key.reveal(), hash(key)).replace(other.reveal(), hash(other));
        assertEquals(
                "CLIENT_API_KEYS=" + expected + " # dev\nKEYWARD_KEYS_BOB_HASH=" + hash(thirdKey)
                        + " # bob\nOPENAI_API_KEYS=left-alone-0123456789\n",
                Files.readString(file));
        assertEquals(ids, store.load().records().stream().map(ApiKeyRecord::id).collect(Collectors.toSet()));
        assertEquals(List.of(), keyFile(file).hashPlaintextKeys());
    }

    private final ApiKey thirdKey = ThrowAwayKeys.newKey();

    @Test
    void leavesReferencesAndNamesTheVariablesThatHoldAKey() throws IOException {
        ApiKey foreign = ApiKey.of("made,elsewhere'" + thirdKey.reveal());
        String copies = "SUBMIT_KEY=" + key.reveal() + "\nOTHERS=[\"" + other.reveal()
                + "\", \"ключ-ключ-ключ-ключ\"]\nFOREIGN=\"" + foreign.reveal()
                + "\"\nURL=http://host/long-enough-for-a-key\n";
        String references = "CLIENT_API_KEYS=${SUBMIT_KEY}\nKEYWARD_KEYS_EVE_KEY=${FOREIGN}\n";
        Path file = write(copies + references + "ADMIN_API_KEYS=" + other.reveal() + "\n");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file, ROLES);
        assertEquals(3, keyFile(file).plaintextKeyIds().size());

        assertEquals(1, keyFile(file).hashPlaintextKeys().size());

        assertEquals(copies + references + "ADMIN_API_KEYS=" + hash(other) + "\n", Files.readString(file));
        assertEquals(List.of("SUBMIT_KEY", "OTHERS", "FOREIGN"), keyFile(file).plaintextCopies());
    }

    @ParameterizedTest
    @ValueSource(strings = {"client_api_keys", "client.api.keys", "Client_Api_Keys"})
    void findsListsAsTheServiceDoesHoweverTheyAreSpelled(String name) throws IOException {
        Path file = write(name + "=" + key.reveal() + "\nopenai.api.keys=x\n");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file, ROLES);

        store.update(recordOf(key, store).toBuilder().state(KeyState.REVOKED).build());

        assertFalse(Files.readString(file).contains(key.reveal()), "the plaintext is still there");
        assertEquals(List.of("openai.api.keys"), keyFile(file).undeclaredLists());
    }

    static Stream<Arguments> twice() {
        return Stream.of(
                Arguments.of("two lists of a role", "CLIENT_API_KEYS=%1$s\nCLIENT_API_KEY_HASHES=%2$s\n"),
                Arguments.of("two roles", "CLIENT_API_KEYS=%1$s\nADMIN_API_KEYS=%1$s\n"),
                Arguments.of("a list and a name", "KEYWARD_KEYS_BOB_HASH=%2$s\nCLIENT_API_KEYS=%1$s\n"),
                Arguments.of("two names", "KEYWARD_KEYS_BOB_KEY=%1$s\nKEYWARD_KEYS_EVE_HASH=%2$s\n"),
                Arguments.of("one list", "A=1\nCLIENT_API_KEYS=%1$s,%2$s\n"),
                Arguments.of(
                        "one name",
                        "KEYWARD_KEYS_BOB_HASH=%2$s\nKEYWARD_KEYS_BOB_RETIRING_HASH=%2$s\n"
                                + "KEYWARD_KEYS_BOB_RETIRING_UNTIL=2030-01-01T00:00:00Z\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("twice")
    void refusesKeyThatStandsTwiceSinceARevokeWouldLeaveOne(String name, String template) throws IOException {
        String text = String.format(template, key.reveal(), hash(key));
        Path file = write(text);
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file, ROLES);

        StoreException e = assertThrows(StoreException.class, store::load);
        assertThrows(StoreException.class, () -> keyFile(file).hashPlaintextKeys());

        assertTrue(e.getMessage().contains(".env:2"), e.getMessage());
        assertTrue(e.getMessage().contains(name.equals("one list") ? "on line 2" : "on line 1"), e.getMessage());
        assertFalse(e.getMessage().contains(key.reveal().substring(16)), "shows the key");
        assertFalse(e.getMessage().contains(hash(key).substring(10)), "shows the hash");
        assertEquals(text, Files.readString(file));
    }

    @Test
    void readsTheSameKeysAsTheService() throws IOException {
        Path file = write(
                "CLIENT_API_KEYS=[\"" + key.reveal() + "\"]\nADMIN_API_KEY_HASHES=" + hash(other) + "\nAPP_ENV=dev\n");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file, ROLES);
        store.insert(fullRecord());

        try (KeywardConfig config = KeywardConfig.builder()
                .envFile(file)
                .roles(ROLES)
                .environment(Map.of())
                .load()) {
            assertEquals(
                    Set.copyOf(config.ring().current().records()),
                    store.load().records().stream()
                            .map(record -> record.toBuilder().version(0).build())
                            .collect(Collectors.toSet()));
            assertTrue(config.verifier().verify(key.reveal()).isAccepted());
        }
    }

    private static ApiKeyRecord fullRecord() {
        HashedSecret current = new HashedSecret(
                KeyHasher.sha256().hash(ThrowAwayKeys.newKey()),
                Instant.parse("2026-01-01T00:00:00Z"),
                Instant.parse("2099-01-01T00:00:00.000001Z"));
        HashedSecret retiring = new HashedSecret(
                KeyHasher.sha256().hash(ThrowAwayKeys.newKey()),
                Instant.parse("2025-01-01T00:00:00Z"),
                Instant.parse("2098-01-01T00:00:00Z"));
        return ApiKeyRecord.builder("k1234567")
                .owner("Zoë O'Neill \"z\" $HOME `id` \\ #1")
                .name("a=b#c")
                .roles("client", "admin")
                .permissions(List.of(io.keyward.role.Permission.of("jobs:submit")))
                .secrets(List.of(current, retiring))
                .metadata(Map.of("team", "lab 7", "Ticket.No", "KW-12"))
                .build();
    }

    @Test
    @DisplayName("CL-14 a file whose last key is revoked is valid and denies it")
    void revokedLastKeyIsDenied() throws IOException {
        Path file = write("CLIENT_API_KEY_HASHES=" + hash(key) + "\n");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file, ROLES);

        store.update(recordOf(key, store).toBuilder().state(KeyState.REVOKED).build());

        try (KeywardConfig config = KeywardConfig.builder()
                .envFile(file)
                .roles(ROLES)
                .environment(Map.of())
                .load()) {
            Verification verification = config.verifier().verify(key.reveal());
            assertFalse(verification.isAccepted());
        }
    }

    @Test
    @DisplayName("CL-01 a new file is owner-only")
    void newFileIsOwnerOnly() throws IOException {
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(directory.resolve(".env"));

        store.insert(ThrowAwayKeys.recordOf(key).build());

        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(".env"))));
    }

    @Test
    @DisplayName("CL-02 an existing file keeps mode and owner")
    void keepsModeAndOwner() throws IOException {
        Path file = write("A=1\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        boolean root = "root".equals(System.getProperty("user.name"));
        if (root) {
            Files.setAttribute(file, "unix:uid", 1234);
            Files.setAttribute(file, "unix:gid", 4321);
        }

        EnvFileApiKeyStore.of(file).insert(ThrowAwayKeys.recordOf(key).build());

        assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(Files.readString(file).contains("KEYWARD_KEYS_"));
        if (root) {
            assertEquals(1234, Files.getAttribute(file, "unix:uid"));
            assertEquals(4321, Files.getAttribute(file, "unix:gid"));
        }
    }

    @Test
    @DisplayName("CL-03 a link is followed and stays a link")
    void linkStaysLink() throws IOException {
        Path real = Files.writeString(
                Files.createDirectory(directory.resolve("real")).resolve("keys.env"), "A=1\n");
        Path link = Files.createSymbolicLink(directory.resolve(".env"), Path.of("real/keys.env"));

        EnvFileApiKeyStore.of(link).insert(ThrowAwayKeys.recordOf(key).build());

        assertTrue(Files.isSymbolicLink(link));
        assertTrue(Files.readString(real).contains("KEYWARD_KEYS_"));
        assertEquals(Set.of("keys.env", "keys.env.lock"), names(real.getParent()));
    }

    @Test
    @DisplayName("CL-03 a link to nothing is refused")
    void refusesLinkToNothing() throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve(".env"), Path.of("missing"));

        StoreException e = assertThrows(
                StoreException.class,
                () -> EnvFileApiKeyStore.of(link)
                        .insert(ThrowAwayKeys.recordOf(key).build()));

        assertTrue(e.getMessage().contains("symbolic link"), e.getMessage());
        assertTrue(Files.isSymbolicLink(link));
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(
            strings = {"keys.env.tmp", ".keys.env.tmp", ".keys.env.keyward-0123456789abcdef.tmp", "keys.env.lock"})
    @DisplayName("CL-04 a planted link does not lead out of the file")
    void plantedLinkIsHarmless(String planted) throws IOException {
        Path file = Files.writeString(directory.resolve("keys.env"), "A=1\n");
        Path victim = Files.writeString(
                Files.createDirectory(directory.resolve("elsewhere")).resolve("victim"), "untouched");
        Files.createSymbolicLink(directory.resolve(planted), victim);

        try {
            EnvFileApiKeyStore.of(file).insert(ThrowAwayKeys.recordOf(key).build());
        } catch (StoreException refused) {
            assertEquals("keys.env.lock", planted, "only a planted lock may stop an edit");
            assertEquals("A=1\n", Files.readString(file));
        }

        assertEquals("untouched", Files.readString(victim));
    }

    @Test
    @DisplayName("CL-05 a full disk leaves the file as it was and nothing beside it")
    void fullDiskChangesNothing() throws IOException {
        Configuration configuration = Configuration.unix().toBuilder()
                .setAttributeViews("basic", "owner", "posix", "unix")
                .setBlockSize(512)
                .setMaxSize(8192)
                .build();
        try (FileSystem disk = Jimfs.newFileSystem(configuration)) {
            Path file = Files.writeString(disk.getPath("/work/.env"), "A=" + "x".repeat(5000) + "\n");
            byte[] before = Files.readAllBytes(file);
            EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file);

            StoreException e = assertThrows(
                    StoreException.class,
                    () -> store.insert(ThrowAwayKeys.recordOf(key).build()));

            assertTrue(e.getMessage().contains("/work/.env"), e.getMessage());
            assertArrayEquals(before, Files.readAllBytes(file));
            assertEquals(Set.of(".env", ".env.lock"), names(file.getParent()));
            Files.writeString(file, "A=1\n");
            store.insert(ThrowAwayKeys.recordOf(key).build());
        }
    }

    @Test
    void removesWhatKilledEditorLeft() throws IOException {
        Path file = write("A=1\n");
        Files.writeString(directory.resolve("..env.keyward-00000000000000ff.tmp"), "half");
        Files.writeString(directory.resolve("..env.keyward-notes"), "mine");

        EnvFileApiKeyStore.of(file).insert(ThrowAwayKeys.recordOf(key).build());

        assertEquals(Set.of(".env", ".env.lock", "..env.keyward-notes"), names(directory));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("surroundings")
    @DisplayName("CL-15 a key taken back leaves the file as it was")
    void takenBackKeyLeavesNothing(String name, String text) throws IOException {
        Path file = write(text);
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file);

        store.takeBack(store.insert(ThrowAwayKeys.recordOf(key).build()));

        assertEquals(text, Files.readString(file));
    }

    @Test
    @DisplayName("CL-15 a key taken back leaves no file where there was none, and no other's key goes with it")
    void takenBackKeyTakesNothingElse() throws IOException {
        Path file = directory.resolve(".env");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file);
        store.takeBack(store.insert(ThrowAwayKeys.recordOf(key).build()));
        assertFalse(Files.exists(file));

        ApiKeyRecord first = store.insert(ThrowAwayKeys.recordOf(key).build());
        ApiKeyRecord second = store.insert(ThrowAwayKeys.recordOf(other).build());
        store.takeBack(first);

        assertEquals(List.of(second), store.load().records());
        assertThrows(StoreConflictException.class, () -> store.takeBack(first));
    }

    @Test
    @DisplayName("CL-08 CL-09 a text that would be read otherwise is refused whole")
    void refusesTextThatWouldNotComeBack() throws IOException {
        Path file = write("A=1\n");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file);
        for (String text : List.of(" a", "a ", "${A}", "x${A}")) {
            ApiKeyRecord record = ThrowAwayKeys.recordOf(key).owner(text).build();
            assertThrows(IllegalArgumentException.class, () -> store.insert(record), text);
        }
        assertEquals("A=1\n", Files.readString(file));
        assertThrows(
                IllegalArgumentException.class,
                () -> ThrowAwayKeys.recordOf(key).name("x\nCLIENT_API_KEYS=" + other.reveal()));
    }

    @Test
    void refusesFileThatCannotBeReadAndNamesTheLine() throws IOException {
        Path file = write("A=1\nKEYWARD_KEYS_BOB_HASH=sha256:wxyz\nKEYWARD_KEYS_EVE_OWNER=eve\n");
        EnvFileApiKeyStore store = EnvFileApiKeyStore.of(file);

        StoreException e = assertThrows(StoreException.class, store::load);

        assertTrue(e.getMessage().contains(".env:2"), e.getMessage());
        assertTrue(e.getMessage().contains(".env:3"), e.getMessage());
        assertFalse(e.getMessage().contains("wxyz"), "shows the value");
    }

    @Test
    void shellReadsTheSameTexts() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no shell here");
        Path file = write("");
        ApiKeyRecord record = ThrowAwayKeys.recordOf(key)
                .owner("Zoë O'Neill \"z\" $HOME `id` \\ #1")
                .build();
        EnvFileApiKeyStore.of(file).insert(record);
        String variable = "KEYWARD_KEYS_" + record.id().toUpperCase(Locale.ROOT) + "_OWNER";

        Process shell = new ProcessBuilder(
                        "/bin/sh", "-c", ". \"$1\"; printf %s \"$" + variable + "\"", "sh", file.toString())
                .start();

        assertEquals(
                record.owner(),
                new String(shell.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
    }

    private static KeyFile keyFile(Path file) {
        return KeyFile.of(file, ROLES, Map.of());
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve(".env"), text);
    }

    private String filled(String template) {
        return String.format(template, key.reveal(), other.reveal());
    }

    private static String hash(ApiKey key) {
        return KeyHasher.sha256().hash(key).reveal();
    }

    private static ApiKeyRecord recordOf(ApiKey key, EnvFileApiKeyStore store) {
        return store.load().records().stream()
                .filter(record ->
                        record.current().hash().equals(KeyHasher.sha256().hash(key)))
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).collect(Collectors.toSet());
        }
    }
}
