package io.keyward.store;

import static io.keyward.store.Setting.START;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.KeyRingException;
import io.keyward.KeyState;
import io.keyward.LiveKeyRing;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Reason;
import io.keyward.role.Permission;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ApiKeyManagerTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    private final Setting setting = new Setting();
    private final ApiKeyManager manager = setting.manager;

    private void assertRefused(ChangeRefusedException.Reason reason, Runnable change) {
        Map<String, ApiKeyRecord> before = stored();
        KeyRing ring = setting.ring.current();

        ChangeRefusedException e = assertThrows(ChangeRefusedException.class, change::run);

        assertEquals(reason, e.reason(), e.getMessage());
        assertEquals(before, stored(), "nothing is stored");
        assertSame(ring, setting.ring.current(), "no ring is published");
    }

    private Map<String, ApiKeyRecord> stored() {
        return setting.store.load().records().stream()
                .collect(java.util.stream.Collectors.toMap(ApiKeyRecord::id, record -> record));
    }

    @Nested
    class Issuing {
        @Test
        void givesKeyThatIsInForceAtOnce() {
            IssuedKey issued = manager.issue(IssueRequest.builder()
                    .owner("alice@example.org")
                    .name("nightly build")
                    .roles("client")
                    .permissions(List.of(Permission.of("reports:read")))
                    .metadata(Map.of("ticket", "KW-1"))
                    .expiresIn(DAY)
                    .build());

            Accepted accepted = (Accepted) setting.verify(issued);
            assertAll(
                    () -> assertEquals(issued.id(), accepted.principal().id()),
                    () -> assertEquals("alice@example.org", accepted.principal().owner()),
                    () -> assertEquals("nightly build", accepted.principal().name()),
                    () -> assertEquals(Set.of("client"), accepted.principal().roles()),
                    () -> assertTrue(accepted.principal().hasPermission("reports:read")),
                    () -> assertEquals(
                            Map.of("ticket", "KW-1"), accepted.principal().metadata()),
                    () -> assertFalse(accepted.retiring()),
                    () -> assertEquals(
                            START.plus(DAY), issued.record().current().expiresAt()),
                    () -> assertEquals(1, issued.record().version()),
                    () -> assertEquals(Map.of(issued.id(), issued.record()), stored()));
        }

        @Test
        void keyTextHoldsTheId() {
            IssuedKey issued = setting.issue();

            assertEquals(issued.id(), Setting.GENERATOR.format().idOf(issued.key()));
            assertEquals("IssuedKey[" + issued.id() + "]", issued.toString());
        }

        @Test
        @DisplayName("issue 17.14 a key ends after 365 days unless the request says otherwise")
        void endsAfterAYearByDefault() {
            Instant year = START.plus(Duration.ofDays(365));
            assertEquals(year, endOf(IssueRequest.builder()));
            assertEquals(START.plus(DAY), endOf(IssueRequest.builder().expiresIn(DAY)));
            assertEquals(year.plus(DAY), endOf(IssueRequest.builder().expiresAt(year.plus(DAY))));
            assertNull(endOf(IssueRequest.builder().neverExpires()));
            assertNull(endOf(IssueRequest.builder().expiresIn(DAY).neverExpires()));
            assertEquals(
                    START.plus(DAY), endOf(IssueRequest.builder().neverExpires().expiresIn(DAY)));
        }

        private @Nullable Instant endOf(IssueRequest.Builder request) {
            return manager.issue(request.build()).record().current().expiresAt();
        }

        @Test
        void cutsTimesToTheMillisecond() {
            setting.now = START.plusNanos(1_999_999);

            IssuedKey issued = manager.issue(IssueRequest.builder()
                    .notBefore(setting.now)
                    .expiresIn(HOUR)
                    .build());

            assertEquals(START.plusMillis(1), issued.record().current().notBefore());
            assertEquals(
                    START.plus(HOUR).plusMillis(1), issued.record().current().expiresAt());
        }

        static Stream<Arguments> impossible() {
            return Stream.of(
                    Arguments.of("an end in the past", IssueRequest.builder().expiresAt(START.minusSeconds(1))),
                    Arguments.of("an end that is now", IssueRequest.builder().expiresAt(START)),
                    Arguments.of("no lifetime", IssueRequest.builder().expiresIn(Duration.ZERO)),
                    Arguments.of("a negative lifetime", IssueRequest.builder().expiresIn(HOUR.negated())),
                    Arguments.of(
                            "a lifetime that overflows",
                            IssueRequest.builder().expiresIn(Duration.ofSeconds(Long.MAX_VALUE))),
                    Arguments.of(
                            "a negative lifetime that overflows",
                            IssueRequest.builder().expiresIn(Duration.ofSeconds(Long.MIN_VALUE))),
                    Arguments.of(
                            "a lifetime of 99999999 days",
                            IssueRequest.builder().expiresIn(Duration.ofDays(99_999_999))),
                    Arguments.of("the last instant", IssueRequest.builder().expiresAt(Instant.MAX)),
                    Arguments.of("the first instant", IssueRequest.builder().notBefore(Instant.MIN)),
                    Arguments.of(
                            "LI-12 an end before the beginning",
                            IssueRequest.builder().notBefore(START.plus(DAY)).expiresIn(HOUR)),
                    Arguments.of(
                            "LI-12 an end at the beginning",
                            IssueRequest.builder().notBefore(START.plus(DAY)).expiresIn(DAY)),
                    Arguments.of(
                            "a role nobody declared", IssueRequest.builder().roles("client", "root")),
                    Arguments.of("a role in other case", IssueRequest.builder().roles("Client")),
                    Arguments.of(
                            "a role that is no name", IssueRequest.builder().roles("*")),
                    Arguments.of("a blank owner", IssueRequest.builder().owner(" ")),
                    Arguments.of("a name of two lines", IssueRequest.builder().name("a\nb")),
                    Arguments.of(
                            "metadata without a name", IssueRequest.builder().metadata(Map.of("", "x"))));
        }

        @ParameterizedTest(name = "refuses {0}")
        @MethodSource
        void impossible(String what, IssueRequest.Builder request) {
            assertRefused(ChangeRefusedException.Reason.INVALID, () -> manager.issue(request.build()));
        }

        @Test
        void takesAnotherIdWhereOneIsTaken() {
            ApiKey first = Setting.GENERATOR.generate();
            String taken = Setting.GENERATOR.format().idOf(first);
            ApiKeyStore refusing = new DelegatingStore(setting.store) {
                private boolean refused;

                @Override
                public ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
                    if (!refused) {
                        refused = true;
                        throw new StoreConflictException(StoreConflictException.Conflict.ID_TAKEN, taken);
                    }
                    return super.insert(record, cause);
                }
            };

            IssuedKey issued = new Setting(refusing).issue("client");

            assertEquals(Set.of(issued.id()), stored().keySet());
        }

        @Test
        void refusesToStartWithHasherThatTheRingLacks() {
            ApiKeyManager.Builder builder = ApiKeyManager.builder(setting.store, setting.ring, Setting.GENERATOR)
                    .hasher(KeyHasher.hmacSha256("p1", new byte[32]));

            assertThrows(KeyRingException.class, builder::build);
        }
    }

    @Nested
    class Rotating {
        @Test
        void keepsIdAndBothSecretsCount() {
            IssuedKey old = setting.issue("client");

            IssuedKey renewed = manager.rotate(old.id(), HOUR);

            assertEquals(old.id(), renewed.id());
            assertEquals(old.id(), Setting.GENERATOR.format().idOf(renewed.key()));
            assertNotEquals(old.key(), renewed.key());
            assertTrue(((Accepted) setting.verify(old)).retiring());
            assertFalse(((Accepted) setting.verify(renewed)).retiring());
            assertEquals(2, renewed.record().version());
        }

        @Test
        void withoutOverlapTheOldSecretEndsAtOnce() {
            IssuedKey old = setting.issue("client");

            IssuedKey renewed = manager.rotate(old.id(), Duration.ZERO);

            assertEquals(Reason.UNKNOWN, setting.refusal(old));
            assertTrue(setting.accepts(renewed));
            assertEquals(1, renewed.record().secrets().size());
        }

        @Test
        void overlapDoesNotOutliveTheOldSecretsOwnEnd() {
            IssuedKey old = manager.issue(IssueRequest.builder().expiresIn(HOUR).build());

            IssuedKey renewed = manager.rotate(old.id(), DAY, START.plus(DAY.multipliedBy(9)));

            assertEquals(
                    START.plus(HOUR), renewed.record().retiring().orElseThrow().expiresAt());
            assertEquals(
                    START.plus(DAY.multipliedBy(9)), renewed.record().current().expiresAt());
        }

        @Test
        void newSecretHasTheEndOfTheOld() {
            IssuedKey old = manager.issue(IssueRequest.builder().expiresIn(DAY).build());

            IssuedKey renewed = manager.rotate(old.id(), HOUR);

            assertEquals(START.plus(DAY), renewed.record().current().expiresAt());
        }

        @Test
        void oldSecretEndsNoLaterThanTheKey() {
            IssuedKey old = setting.issue();

            IssuedKey renewed = manager.rotate(old.id(), DAY, START.plus(HOUR));

            assertEquals(
                    START.plus(HOUR), renewed.record().retiring().orElseThrow().expiresAt());
        }

        @Test
        void keyThatHasEndedNeedsNewEnd() {
            IssuedKey old = manager.issue(IssueRequest.builder().expiresIn(HOUR).build());
            setting.advance(DAY);

            assertRefused(ChangeRefusedException.Reason.INVALID, () -> manager.rotate(old.id(), HOUR));
            IssuedKey renewed = manager.rotate(old.id(), HOUR, null);

            assertEquals(Reason.UNKNOWN, setting.refusal(old), "what had ended does not come back");
            assertTrue(setting.accepts(renewed));
        }

        @Test
        void secretThatHasNotBegunIsReplaced() {
            IssuedKey old = manager.issue(
                    IssueRequest.builder().notBefore(START.plus(DAY)).build());

            IssuedKey renewed = manager.rotate(old.id(), HOUR);

            assertEquals(1, renewed.record().secrets().size(), "the old one would never count");
            assertEquals(START.plus(DAY), renewed.record().current().notBefore());
        }

        @Test
        void recordNamedByHandKeepsItsName() {
            ApiKey first = Setting.GENERATOR.generate();
            ApiKeyRecord alice = setting.store.insert(ApiKeyRecord.builder("alice")
                    .hash(KeyHasher.sha256().hash(first))
                    .build());
            setting.reload();

            IssuedKey renewed = manager.rotate("alice", HOUR);

            assertEquals("alice", renewed.id());
            assertEquals("alice", setting.principal(renewed).id());
            assertEquals(
                    alice.secrets().get(0).hash(),
                    renewed.record().secrets().get(1).hash());
            assertTrue(Setting.GENERATOR.format().flawOf(renewed.key().reveal()).isEmpty());
        }

        @Test
        void disabledKeyStaysDisabled() {
            IssuedKey old = setting.issue();
            manager.disable(old.id());

            assertEquals(Reason.DISABLED, setting.refusal(manager.rotate(old.id(), HOUR)));
        }

        @Test
        @DisplayName("a second rotation inside the overlap is refused, and says what would end")
        void refusesSecondRotationInsideTheOverlap() {
            IssuedKey old = setting.issue();
            IssuedKey renewed = manager.rotate(old.id(), HOUR);
            setting.advance(HOUR.minusMillis(1));

            for (RotateRequest request : List.of(
                    RotateRequest.builder(HOUR).build(),
                    RotateRequest.builder(Duration.ZERO).build(),
                    RotateRequest.builder(DAY).expiresAt(null).build())) {
                assertRefused(ChangeRefusedException.Reason.OVERLAP, () -> manager.rotate(old.id(), request));
            }
            ChangeRefusedException refused =
                    assertThrows(ChangeRefusedException.class, () -> manager.rotate(old.id(), HOUR));

            assertTrue(refused.getMessage().contains("secret no. 1 "), refused.getMessage());
            assertTrue(refused.getMessage().contains(START.plus(HOUR).toString()), refused.getMessage());
            assertTrue(setting.accepts(old));
            assertTrue(setting.accepts(renewed));
        }

        @Test
        void secondRotationIsPossibleOnceTheOldSecretHasEnded() {
            IssuedKey old = setting.issue();
            IssuedKey second = manager.rotate(old.id(), HOUR);
            setting.advance(HOUR);

            IssuedKey third = manager.rotate(old.id(), HOUR);

            assertTrue(setting.accepts(second));
            assertEquals(
                    List.of(3, 2),
                    third.record().secrets().stream().map(HashedSecret::ordinal).toList());
        }

        @Test
        void requestThatDropsTheOldSecretRotatesInsideTheOverlap() {
            IssuedKey old = setting.issue();
            IssuedKey second = manager.rotate(old.id(), HOUR);

            IssuedKey third = manager.rotate(
                    old.id(),
                    RotateRequest.builder(DAY)
                            .expiresAt(START.plus(HOUR))
                            .dropOld()
                            .build());

            assertEquals(Reason.UNKNOWN, setting.refusal(old));
            assertTrue(setting.accepts(second));
            assertEquals(START.plus(HOUR), third.record().current().expiresAt());
            assertEquals(3, third.record().current().ordinal());
        }

        @Test
        void requestThatDropsTheOldSecretNeedsNone() {
            IssuedKey old = setting.issue();

            manager.rotate(old.id(), RotateRequest.builder(HOUR).dropOld().build());

            assertTrue(setting.accepts(old), "its overlap begins now");
        }

        @Test
        void dropsRetiringSecretAtTheNextWriteAfterItsEnd() {
            IssuedKey old = setting.issue();
            manager.rotate(old.id(), HOUR);

            setting.advance(HOUR.minusMillis(1));
            assertEquals(2, manager.change(old.id(), named("a")).secrets().size());
            setting.advance(Duration.ofMillis(1));
            assertEquals(1, manager.change(old.id(), named("b")).secrets().size());
        }

        static Stream<Arguments> impossible() {
            return Stream.of(
                    Arguments.of("a negative overlap", HOUR.negated(), null),
                    Arguments.of("an overlap negative by a nanosecond", Duration.ofNanos(-1), null),
                    Arguments.of("an overlap that overflows", Duration.ofSeconds(Long.MAX_VALUE), null),
                    Arguments.of("an overlap of 99999999 days", Duration.ofDays(99_999_999), null),
                    Arguments.of("a new end in the past", HOUR, START.minusMillis(1)),
                    Arguments.of("a new end that is now", HOUR, START),
                    Arguments.of("a new end too far off", HOUR, Instant.MAX));
        }

        @ParameterizedTest(name = "refuses {0}")
        @MethodSource
        void impossible(String what, Duration overlap, Instant end) {
            IssuedKey old = setting.issue();
            assertRefused(ChangeRefusedException.Reason.INVALID, () -> manager.rotate(old.id(), overlap, end));
        }
    }

    @Nested
    class Switching {
        @Test
        void disabledKeyIsRefusedUntilItIsEnabled() {
            IssuedKey issued = setting.issue("client");

            manager.disable(issued.id());
            assertEquals(Reason.DISABLED, setting.refusal(issued));

            manager.enable(issued.id());
            assertTrue(setting.accepts(issued));
        }

        @Test
        void revokedIsFinal() {
            IssuedKey issued = setting.issue("client");
            manager.revoke(issued.id());

            for (Runnable change : List.<Runnable>of(
                    () -> manager.enable(issued.id()),
                    () -> manager.disable(issued.id()),
                    () -> manager.rotate(issued.id(), HOUR),
                    () -> manager.change(issued.id(), named("n")))) {
                assertRefused(ChangeRefusedException.Reason.REVOKED, change);
            }
            assertEquals(Reason.REVOKED, setting.refusal(issued));
        }

        @Test
        void whatIsDoneAlreadyIsNotStoredAgain() {
            IssuedKey issued = setting.issue();
            ApiKeyRecord revoked = manager.revoke(issued.id());
            KeyRing ring = setting.ring.current();

            assertEquals(revoked, manager.revoke(issued.id()));
            assertSame(ring, setting.ring.current());
        }

        @Test
        void repeatingPutsInForceWhatIsOnlyStored() {
            IssuedKey issued = setting.issue();
            setting.store.update(
                    issued.record().toBuilder().state(KeyState.REVOKED).build());
            assertTrue(setting.accepts(issued), "stored by somebody else, not in this ring yet");

            manager.revoke(issued.id());

            assertEquals(Reason.REVOKED, setting.refusal(issued));
        }
    }

    @Nested
    class Changing {
        @Test
        void setsEntriesOfTheMetadataAndKeepsTheOthers() {
            String id = manager.issue(IssueRequest.builder().build()).id();
            manager.change(
                    id, KeyChange.builder().metadata(Map.of("a", "1", "b", "2")).build());

            manager.change(
                    id,
                    KeyChange.builder().metadata("a", null).metadata("c", "3").build());
            assertEquals(
                    Map.of("b", "2", "c", "3"), manager.find(id).orElseThrow().metadata());

            manager.change(
                    id,
                    KeyChange.builder()
                            .metadata("x", "9")
                            .metadata(Map.of("d", "4"))
                            .metadata("e", "5")
                            .build());
            assertEquals(
                    Map.of("d", "4", "e", "5"), manager.find(id).orElseThrow().metadata());
        }

        @Test
        void changesWhatIsNamedAndNothingElse() {
            IssuedKey issued = manager.issue(IssueRequest.builder()
                    .owner("alice")
                    .name("first")
                    .roles("client")
                    .metadata(Map.of("a", "1"))
                    .build());

            ApiKeyRecord changed = manager.change(
                    issued.id(),
                    KeyChange.builder()
                            .owner("bob")
                            .roles("client", "miner")
                            .expiresAt(START.plus(DAY))
                            .build());

            assertAll(
                    () -> assertEquals("bob", changed.owner()),
                    () -> assertEquals("first", changed.name()),
                    () -> assertEquals(Set.of("client", "miner"), changed.roles()),
                    () -> assertEquals(Map.of("a", "1"), changed.metadata()),
                    () -> assertEquals(START.plus(DAY), changed.current().expiresAt()),
                    () -> assertEquals(
                            issued.record().current().hash(), changed.current().hash()),
                    () -> assertTrue(setting.principal(issued).hasRole("miner")));
        }

        @Test
        void setsPermissionsAndMetadataAndTakesAway() {
            IssuedKey issued = manager.issue(IssueRequest.builder()
                    .owner("alice")
                    .name("n")
                    .expiresIn(DAY)
                    .build());

            ApiKeyRecord changed = manager.change(
                    issued.id(),
                    KeyChange.builder()
                            .owner(null)
                            .name(null)
                            .permissions(List.of(Permission.of("a:b")))
                            .metadata(Map.of("k", "v"))
                            .expiresAt(null)
                            .build());

            assertAll(
                    () -> assertNull(changed.owner()),
                    () -> assertNull(changed.name()),
                    () -> assertNull(changed.current().expiresAt()),
                    () -> assertEquals(Set.of(Permission.of("a:b")), changed.permissions()),
                    () -> assertEquals(Map.of("k", "v"), changed.metadata()));
        }

        @Test
        void earlierEndEndsTheRetiringSecretToo() {
            IssuedKey old = setting.issue();
            manager.rotate(old.id(), DAY);

            ApiKeyRecord changed = manager.change(
                    old.id(), KeyChange.builder().expiresAt(START.plus(HOUR)).build());

            assertEquals(
                    List.of(START.plus(HOUR), START.plus(HOUR)),
                    changed.secrets().stream().map(HashedSecret::expiresAt).toList());
        }

        static Stream<Arguments> impossible() {
            return Stream.of(
                    Arguments.of("a role nobody declared", KeyChange.builder().roles("root")),
                    Arguments.of("an end in the past", KeyChange.builder().expiresAt(START)),
                    Arguments.of("an end too far off", KeyChange.builder().expiresAt(Instant.MAX)),
                    Arguments.of(
                            "an owner of control characters",
                            KeyChange.builder().owner("a\u001bb")));
        }

        @ParameterizedTest(name = "refuses {0}")
        @MethodSource
        void impossible(String what, KeyChange.Builder change) {
            IssuedKey issued = setting.issue();
            assertRefused(ChangeRefusedException.Reason.INVALID, () -> manager.change(issued.id(), change.build()));
        }

        @Test
        void keyThatHasEndedCanStillChangeItsOwner() {
            IssuedKey issued =
                    manager.issue(IssueRequest.builder().expiresIn(HOUR).build());
            setting.advance(DAY);

            assertEquals(
                    "o",
                    manager.change(issued.id(), KeyChange.builder().owner("o").build())
                            .owner());
        }
    }

    @Nested
    class Finding {
        @Test
        void everyChangeRefusesAnIdThatIsNotThere() {
            for (String id : List.of("nosuchid", "", "../etc", "A B", "x".repeat(1000))) {
                for (Runnable change : List.<Runnable>of(
                        () -> manager.revoke(id),
                        () -> manager.disable(id),
                        () -> manager.enable(id),
                        () -> manager.rotate(id, HOUR),
                        () -> manager.change(id, named("n")))) {
                    assertRefused(ChangeRefusedException.Reason.NO_SUCH_KEY, change);
                }
            }
        }

        @Test
        void doesNotShowWhatWasGivenInPlaceOfAnId() {
            String text = setting.issue().key().reveal();

            ChangeRefusedException e = assertThrows(ChangeRefusedException.class, () -> manager.revoke(text));

            assertFalse(e.getMessage().contains(text));
        }

        @Test
        void listsByOwnerRoleStateAndEnd() {
            IssuedKey alice = manager.issue(IssueRequest.builder()
                    .owner("alice")
                    .roles("client")
                    .expiresIn(HOUR)
                    .build());
            IssuedKey admin = manager.issue(IssueRequest.builder()
                    .owner("alice")
                    .roles("admin")
                    .expiresIn(DAY)
                    .build());
            IssuedKey bob = manager.issue(
                    IssueRequest.builder().owner("bob").roles("client").build());
            manager.revoke(bob.id());

            assertAll(
                    () -> assertLists(KeyFilter.all(), alice, admin, bob),
                    () -> assertLists(KeyFilter.all().owner("alice"), alice, admin),
                    () -> assertLists(KeyFilter.all().owner("Alice")),
                    () -> assertLists(KeyFilter.all().role("client"), alice, bob),
                    () -> assertLists(KeyFilter.all().state(KeyState.REVOKED), bob),
                    () -> assertLists(KeyFilter.all().expiringBefore(START.plus(DAY)), alice),
                    () -> assertLists(
                            KeyFilter.all().expiringBefore(START.plus(DAY).plusNanos(1)), alice, admin),
                    () -> assertLists(KeyFilter.all().owner("alice").role("admin"), admin));
            assertEquals(manager.find(bob.id()).orElseThrow().state(), KeyState.REVOKED);
        }

        private void assertLists(KeyFilter filter, IssuedKey... keys) {
            List<String> ids = Stream.of(keys).map(IssuedKey::id).sorted().toList();
            assertEquals(
                    ids, manager.list(filter).stream().map(ApiKeyRecord::id).toList());
        }
    }

    @Nested
    class InBulk {
        @Test
        void publishesOnce() {
            List<String> ids =
                    IntStream.range(0, 20).mapToObj(i -> setting.issue().id()).toList();
            int before = publications();

            manager.inBulk(() -> ids.forEach(manager::revoke));

            assertEquals(1, publications() - before);
            assertTrue(ids.stream()
                    .allMatch(
                            id -> setting.ring.current().find(id).orElseThrow().state() == KeyState.REVOKED));
        }

        @Test
        void publishesNothingWhereNothingChanges() {
            KeyRing ring = setting.ring.current();

            manager.inBulk(() -> {});

            assertSame(ring, setting.ring.current());
        }

        @Test
        void severalChangesOfOneKeyEndInTheLast() {
            IssuedKey issued = setting.issue();

            manager.inBulk(() -> {
                manager.disable(issued.id());
                manager.rotate(issued.id(), HOUR);
                manager.inBulk(() -> manager.enable(issued.id()));
            });

            assertTrue(setting.accepts(issued));
            assertEquals(
                    4, setting.ring.current().find(issued.id()).orElseThrow().version());
        }

        @Test
        void whatWasStoredIsInForceAlsoWhenTheRestFails() {
            IssuedKey issued = setting.issue();

            assertThrows(
                    ChangeRefusedException.class,
                    () -> manager.inBulk(() -> {
                        manager.revoke(issued.id());
                        manager.revoke("nosuchid");
                    }));

            assertEquals(Reason.REVOKED, setting.refusal(issued));
        }

        @Test
        void recordThatTheRingCannotTakeKeepsNoOtherInForce() {
            IssuedKey issued = setting.issue();
            ApiKeyRecord alien = setting.store.insert(
                    ApiKeyRecord.builder("alien").hash(pepperedHash()).build());

            assertThrows(
                    KeyRingException.class,
                    () -> manager.inBulk(() -> {
                        manager.change(
                                alien.id(), KeyChange.builder().owner("o").build());
                        manager.revoke(issued.id());
                    }));

            assertEquals(Reason.REVOKED, setting.refusal(issued));
        }

        @Test
        void recordThatTheRingCannotTakeKeepsNoOlderStateOfItsOwnInForce() {
            IssuedKey leaked = setting.issue();
            ApiKeyRecord stored = setting.store.find(leaked.id()).orElseThrow();
            setting.store.update(stored.toBuilder().hash(pepperedHash()).build());
            KeyChange change = KeyChange.builder().owner("o").build();

            assertThrows(KeyRingException.class, () -> manager.change(leaked.id(), change));

            assertFalse(setting.verify(leaked).isAccepted());
        }

        private KeyHash pepperedHash() {
            return KeyHasher.hmacSha256("elsewhere", new byte[32]).hash(Setting.GENERATOR.generate());
        }

        private int publications() {
            return (int) log.lines().stream()
                    .filter(line -> line.contains("published a ring"))
                    .count();
        }
    }

    @Test
    void twoManagersOverOneStoreAndTwoRingsKeepEachOthersChanges() {
        IssuedKey issued = setting.issue("client");
        LiveKeyRing elsewhere = LiveKeyRing.of(setting.ring.current());
        ApiKeyManager other = ApiKeyManager.builder(setting.store, elsewhere, Setting.GENERATOR)
                .clock(setting.clock)
                .build();

        other.change(issued.id(), KeyChange.builder().owner("other").build());
        ApiKeyRecord both = manager.change(issued.id(), named("mine"));

        assertEquals("other", both.owner());
        assertEquals("mine", both.name());
        assertEquals(
                List.of("other", "mine"),
                List.of(
                        setting.principal(issued).owner(),
                        setting.principal(issued).name()));
        assertTrue(ApiKeyVerifier.of(elsewhere).verify(issued.key().reveal()).isAccepted());
    }

    private static KeyChange named(String name) {
        return KeyChange.builder().name(name).build();
    }
}
