package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.KeyState;
import io.keyward.config.EnvFileApiKeyStore;
import io.keyward.role.Permission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 18.1 and 18.4: renewing and changing keys, one or many at a time. */
class ChangeCommandsTest {
    @TempDir
    private Path directory;

    private Operator operator = new Operator(Path.of(""));

    @BeforeEach
    void setUp() {
        operator = new Operator(directory.resolve(".env"));
    }

    private String issue(String owner, String... further) {
        List<String> args = new ArrayList<>(List.of("issue", "--role=client", "--owner=" + owner));
        args.addAll(List.of(further));
        Outcome outcome = operator.run(args.toArray(String[]::new));
        assertEquals(0, outcome.exitCode(), outcome.err());
        return KeyFormat.of("kw_live").idOf(ApiKey.of(outcome.out().strip()));
    }

    private ApiKeyRecord record(String id) {
        return EnvFileApiKeyStore.of(operator.file()).find(id).orElseThrow();
    }

    private static void assertDays(long days, ApiKeyRecord record) {
        Instant end = record.current().expiresAt();
        assertTrue(end != null, "it has no end");
        assertEquals(days, Math.round(Duration.between(Instant.now(), end).toHours() / 24.0));
    }

    @Test
    @DisplayName("issue 18.1 rotate of a key that ends soon asks for --expires")
    void rotateAsksForTheEndOfKeyThatEndsSoon() throws IOException {
        String id = issue("alice", "--expires=5d");
        String before = Files.readString(operator.file());

        Outcome refused = operator.run("rotate", id);
        assertEquals(1, refused.exitCode());
        assertEquals("", refused.out());
        assertTrue(refused.err().contains("--expires"), refused.err());
        assertEquals(before, Files.readString(operator.file()));

        Outcome rotated = operator.run("rotate", id, "--expires=90d");
        assertEquals(0, rotated.exitCode(), rotated.err());
        assertDays(90, record(id));
        assertTrue(rotated.err().contains("the key ends " + record(id).current().expiresAt()), rotated.err());
    }

    @Test
    @DisplayName("the JSON of a rotated key has both ordinals as numbers")
    void jsonHasOrdinalsAsNumbers() {
        String id = issue("alice", "--expires=90d");

        assertEquals(0, operator.run("rotate", id).exitCode());

        String json = operator.run("show", id, "--json").out();
        assertTrue(json.contains("\"ordinal\": 2"), json);
        assertTrue(json.contains("\"retiringOrdinal\": 1"), json);
    }

    @Test
    @DisplayName("issue 18.1 rotate keeps a near end where that is asked for")
    void rotateKeepsNearEndWhereAsked() {
        String id = issue("alice", "--expires=5d");

        Outcome rotated = operator.run("rotate", id, "--keep-end");

        assertEquals(0, rotated.exitCode(), rotated.err());
        assertDays(5, record(id));
    }

    @Test
    @DisplayName("BR-32 rotate of a key that has ended names --expires")
    void rotateOfEndedKeyNamesTheOption() throws IOException {
        String id = issue("alice", "--expires=5d");
        String end = String.valueOf(record(id).current().expiresAt());
        Files.writeString(operator.file(), Files.readString(operator.file()).replace(end, "2024-01-01T00:00:00Z"));

        assertTrue(operator.run("rotate", id).err().contains("--expires"));
        assertEquals(0, operator.run("rotate", id, "--expires=30d").exitCode());
        assertDays(30, record(id));
    }

    @Test
    @DisplayName("issue 18.1 renew gives the same secret a later end")
    void renewKeepsTheSecret() {
        String id = issue("alice", "--expires=5d");
        ApiKeyRecord before = record(id);

        Outcome outcome = operator.run("renew", id, "--expires=100d");

        assertEquals(0, outcome.exitCode(), outcome.err());
        assertDays(100, record(id));
        assertEquals(before.current().hash(), record(id).current().hash());
        assertEquals(1, operator.run("renew", id, "--expires=50d").exitCode(), "an earlier end");
        assertEquals(1, operator.run("renew", "nosuchid").exitCode());
        assertEquals(2, operator.run("renew").exitCode());
    }

    @Test
    @DisplayName("issue 18.4 change replaces what is named and keeps the rest")
    void changeReplacesWhatIsNamed() {
        String id = issue("alice", "--name=nightly", "--expires=never");
        ApiKeyRecord before = record(id);

        Outcome outcome = operator.run(
                "change", id, "--owner=bob", "--permission=jobs:read", "--expires=10d", "--metadata=ticket=4711");

        assertEquals(0, outcome.exitCode(), outcome.err());
        ApiKeyRecord after = record(id);
        assertEquals("bob", after.owner());
        assertEquals("nightly", after.name());
        assertEquals(Set.of("client"), after.roles());
        assertEquals(Set.of(Permission.of("jobs:read")), Set.copyOf(after.permissions()));
        assertEquals(Map.of("ticket", "4711"), after.metadata());
        assertEquals(before.current().hash(), after.current().hash());
        assertDays(10, after);
        assertEquals(
                0, operator.run("change", id, "--name=", "--metadata=ticket=").exitCode());
        assertEquals(null, record(id).name());
        assertEquals(Map.of(), record(id).metadata());
        assertEquals(2, operator.run("change", id).exitCode());
        assertEquals(1, operator.run("change", "nosuchid", "--owner=x").exitCode());
    }

    @Test
    @DisplayName("operators who set metadata of one key at the same time lose nothing of each other")
    void changesOfMetadataAtTheSameTimeAreAllKept() throws Exception {
        String id = issue("alice");
        ExecutorService operators = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Outcome>> changes = IntStream.range(0, 24)
                    .<Callable<Outcome>>mapToObj(i -> () -> operator.run("change", id, "--metadata=m" + i + "=" + i))
                    .toList();
            for (Future<Outcome> change : operators.invokeAll(changes)) {
                assertEquals(0, change.get().exitCode(), change.get().err());
            }
        } finally {
            operators.shutdown();
        }

        assertEquals(24, record(id).metadata().size(), record(id).metadata().toString());
    }

    @Test
    @DisplayName("issue 18.4 a selector changes nothing without --yes, and says what it would")
    void selectorAsksFirst() throws IOException {
        String one = issue("bob");
        String two = issue("bob");
        String other = issue("alice");
        String before = Files.readString(operator.file());

        Outcome dry = operator.run("revoke", "--owner=bob", "--dry-run");
        Outcome unasked = operator.run("revoke", "--owner=bob");

        assertEquals(0, dry.exitCode(), dry.err());
        assertTrue(
                dry.out().contains(one) && dry.out().contains(two) && !dry.out().contains(other), dry.out());
        assertTrue(dry.err().contains("would revoke 2 keys"), dry.err());
        assertEquals(2, unasked.exitCode());
        assertTrue(unasked.err().contains("2 keys") && unasked.err().contains("--yes"), unasked.err());
        assertEquals(before, Files.readString(operator.file()));

        Outcome done = operator.run("revoke", "--owner=bob", "--yes");
        assertEquals(0, done.exitCode(), done.err());
        assertEquals(2, done.out().lines().filter(line -> line.contains("done")).count());
        assertEquals(KeyState.REVOKED, record(one).state());
        assertEquals(KeyState.REVOKED, record(two).state());
        assertEquals(KeyState.ACTIVE, record(other).state());
        assertEquals(1, operator.run("revoke", "--owner=bob", "--yes").exitCode(), "none is left");
    }

    @Test
    @DisplayName("issue 18.4 of several ids the good ones are changed, and the exit code says that one was not")
    void changesTheGoodOnesOfSeveral() {
        String one = issue("bob");
        String revoked = issue("bob");
        operator.run("revoke", revoked);

        Outcome outcome = operator.run("disable", one, "nosuchid", revoked, "--yes");

        assertEquals(1, outcome.exitCode());
        assertEquals(KeyState.DISABLED, record(one).state());
        assertTrue(outcome.out().contains(one + "  done"), outcome.out());
        assertTrue(outcome.out().contains("nosuchid  failed: there is no such key"), outcome.out());
        assertTrue(outcome.out().contains(revoked + "  failed: "), outcome.out());
        assertTrue(operator.run("enable", one, "x", "--yes", "--json").out().contains("\"result\": \"done\""));
    }

    @Test
    void renewsAllThatEndSoon() {
        String soon = issue("a", "--expires=5d");
        String late = issue("b", "--expires=200d");

        assertEquals(0, operator.run("renew", "--ending-within=14d", "--yes").exitCode());

        assertDays(365, record(soon));
        assertDays(200, record(late));
    }

    @ParameterizedTest
    @ValueSource(strings = {"revoke", "disable", "enable", "renew"})
    void needsIdsOrSelectorAndNotBoth(String command) {
        String id = issue("alice");

        assertEquals(2, operator.run(command).exitCode());
        assertEquals(2, operator.run(command, id, "--owner=alice").exitCode());
        assertFalse(operator.run("list").out().contains("revoked"));
    }
}
