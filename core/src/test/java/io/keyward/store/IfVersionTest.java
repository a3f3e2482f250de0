package io.keyward.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.keyward.ApiKeyRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class IfVersionTest {
    private final Setting setting = new Setting();
    private final ApiKeyManager manager = setting.manager;

    static List<Arguments> changes() {
        return List.of(
                change("rotate", (manager, id) -> manager.rotate(id, Duration.ofHours(1))),
                change("rotate with an end", (manager, id) -> manager.rotate(id, Duration.ofHours(1), null)),
                change(
                        "change",
                        (manager, id) -> manager.change(
                                id, KeyChange.builder().name("new").build())),
                change("disable", ApiKeyManager::disable),
                change("enable", ApiKeyManager::enable),
                change("revoke", ApiKeyManager::revoke));
    }

    private static Arguments change(String name, BiConsumer<ApiKeyManager, String> change) {
        return Arguments.of(name, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void refusesChangeOfRecordThatIsNotTheOneThatWasRead(String name, BiConsumer<ApiKeyManager, String> change) {
        ApiKeyRecord read = manager.issue(IssueRequest.builder().build()).record();
        ApiKeyRecord newer = manager.change(
                read.id(), KeyChange.builder().metadata(Map.of("a", "1")).build());

        ChangeRefusedException e = assertThrows(
                ChangeRefusedException.class, () -> change.accept(manager.ifVersion(read.version()), read.id()));

        assertEquals(ChangeRefusedException.Reason.STALE, e.reason());
        assertEquals(newer, manager.find(read.id()).orElseThrow(), "nothing is stored");
        change.accept(manager.ifVersion(newer.version()), read.id());
    }

    @Test
    void refusesWhereSomebodyElseStoresBetweenReadingAndWriting() {
        ApiKeyRecord read = manager.issue(IssueRequest.builder().build()).record();
        AtomicInteger calls = new AtomicInteger();
        ApiKeyManager slow = ApiKeyManager.builder(
                        setting.store, setting.ring, io.keyward.ApiKeyGenerator.of(io.keyward.KeyFormat.of("kw_test")))
                .guards(new ChangeGuard() {
                    @Override
                    public void before(ChangeCause cause, ApiKeyRecord before, ApiKeyRecord after) {
                        calls.incrementAndGet();
                        setting.store.update(before.toBuilder().name("faster").build());
                    }
                })
                .build();

        ChangeRefusedException e = assertThrows(
                ChangeRefusedException.class,
                () -> slow.ifVersion(read.version())
                        .change(read.id(), KeyChange.builder().name("slower").build()));

        assertEquals(ChangeRefusedException.Reason.STALE, e.reason());
        assertEquals(1, calls.get());
        assertEquals("faster", manager.find(read.id()).orElseThrow().name());
    }

    @Test
    void issuesWhateverTheVersion() {
        assertEquals(
                1,
                manager.ifVersion(7)
                        .issue(IssueRequest.builder().build())
                        .record()
                        .version());
    }

    @Test
    void refusesVersionThatNoStoredRecordHas() {
        assertThrows(IllegalArgumentException.class, () -> manager.ifVersion(0));
    }
}
