package io.keyward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue 15, item 2: creation and last change, ordinals, attributes. */
class RecordExtensionsTest {
    private static final Instant TIME = Instant.parse("2026-11-23T12:00:00.123456Z");
    private static final ApiKey KEY = TestKeys.newKey();
    private static final KeyHash HASH = TestKeys.SHA256.hash(KEY);

    static Stream<UnaryOperator<ApiKeyRecord.Builder>> changes() {
        return Stream.of(
                record -> record.created(TIME, null),
                record -> record.created(null, "operator:anna"),
                record -> record.changed(TIME, null),
                record -> record.changed(null, "operator:anna"),
                record -> record.attributes(Map.of("a", "b")),
                record -> record.secrets(List.of(HashedSecret.of(HASH).withOrdinal(2))));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void eachComponentIsPartOfEqualityAndOfTheBuilder(UnaryOperator<ApiKeyRecord.Builder> change) {
        ApiKeyRecord plain = TestKeys.recordOf(KEY).build();
        ApiKeyRecord changed = change.apply(plain.toBuilder()).build();

        assertNotEquals(plain, changed);
        assertEquals(changed, changed.toBuilder().build());
        assertEquals(changed, change.apply(plain.toBuilder()).build());
    }

    @Test
    void nothingIsKnownOfTheCreationByDefault() {
        ApiKeyRecord record = TestKeys.recordOf(KEY).build();

        assertNull(record.createdAt());
        assertNull(record.createdBy());
        assertNull(record.changedAt());
        assertNull(record.changedBy());
        assertEquals(1, record.current().ordinal());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0001-01-01T00:00:00Z",
                "1969-12-31T23:59:59.999999Z",
                "1970-01-01T00:00:00Z",
                "2026-11-23T12:00:00.000001Z",
                "9999-12-31T23:59:59.999999Z"
            })
    void keepsTimesToTheMicrosecond(String text) {
        Instant time = Instant.parse(text);
        ApiKeyRecord record = TestKeys.recordOf(KEY)
                .created(time.plusNanos(999), "a")
                .changed(time, "b")
                .build();

        assertEquals(time, record.createdAt());
        assertEquals(time, record.changedAt());
    }

    static Stream<UnaryOperator<ApiKeyRecord.Builder>> impossible() {
        return Stream.of(
                record -> record.created(Instant.MIN, null),
                record -> record.created(Instant.MAX, null),
                record -> record.changed(Instant.parse("0001-01-01T00:00:00Z").minusNanos(1), null),
                record -> record.changed(Instant.parse("+10000-01-01T00:00:00Z"), null),
                record -> record.created(null, " "),
                record -> record.changed(null, "two\nlines"),
                record -> record.changed(null, "a".repeat(ApiKeyRecord.MAX_TEXT + 1)),
                record -> record.attributes(Map.of("", "v")),
                record -> record.attributes(Map.of("with blank", "v")),
                record -> record.attributes(Map.of("-a", "v")),
                record -> record.attributes(Map.of("a".repeat(65), "v")),
                record -> record.attributes(Map.of("a", "")),
                record -> record.attributes(Map.of("a", "v\u0000")),
                record -> record.attributes(Map.of("a", "v".repeat(ApiKeyRecord.MAX_ATTRIBUTE_VALUE + 1))),
                record -> record.attributes(many(ApiKeyRecord.MAX_ATTRIBUTES + 1)),
                record -> record.secrets(List.of(HashedSecret.of(HASH).withOrdinal(0))),
                record -> record.secrets(List.of(HashedSecret.of(HASH).withOrdinal(HashedSecret.MAX_ORDINAL + 1))));
    }

    private static Map<String, String> many(int number) {
        Map<String, String> many = new HashMap<>();
        for (int i = 0; i < number; i++) {
            many.put("a" + i, "v");
        }
        return many;
    }

    @ParameterizedTest
    @MethodSource("impossible")
    void refusesWhatNoStoreCouldKeep(UnaryOperator<ApiKeyRecord.Builder> change) {
        assertThrows(
                IllegalArgumentException.class,
                () -> change.apply(TestKeys.recordOf(KEY)).build());
    }

    @Test
    void twoSecretsNeverShareAnOrdinal() {
        HashedSecret old = HashedSecret.of(TestKeys.SHA256.hash(TestKeys.newKey()));

        ApiKeyRecord unnumbered = TestKeys.recordOf(KEY)
                .secrets(List.of(HashedSecret.of(HASH), old))
                .build();
        ApiKeyRecord swapped = TestKeys.recordOf(KEY)
                .secrets(List.of(HashedSecret.of(HASH), old.withOrdinal(2)))
                .build();

        assertEquals(List.of(2, 1), ordinals(unnumbered));
        assertEquals(3, unnumbered.nextOrdinal());
        assertEquals(List.of(1, 2), ordinals(swapped));
        assertEquals(3, swapped.nextOrdinal());
    }

    private static List<Integer> ordinals(ApiKeyRecord record) {
        return record.secrets().stream().map(HashedSecret::ordinal).toList();
    }

    @Test
    void keyWithAnAttributeThatIsNotKnownIsRejectedWhateverElseItsRecordSays() {
        ApiKeyRecord record = TestKeys.recordOf(KEY)
                .roles("declared-elsewhere")
                .attributes(Map.of("limit", "1"))
                .build();

        assertEquals(Set.of("limit"), record.unknownAttributes());
        assertEquals(new Rejected(Reason.UNSUPPORTED, record.id()), verify(KeyRing.of(record)));
    }

    @Test
    void attributeThatArrivesLaterEndsAKeyThatWasAccepted() {
        ApiKeyRecord record = TestKeys.recordOf(KEY).build();
        KeyRing before = KeyRing.of(record);

        KeyRing after = before.with(
                List.of(record.toBuilder().attributes(Map.of("limit", "1")).build()));

        assertEquals(true, verify(before).isAccepted());
        assertEquals(new Rejected(Reason.UNSUPPORTED, record.id()), verify(after));
    }

    @ParameterizedTest
    @EnumSource(names = {"DISABLED", "REVOKED"})
    @DisplayName("a key that is off says so, whatever attributes its record has")
    void stateIsTheFirstReason(KeyState state) {
        ApiKeyRecord record = TestKeys.recordOf(KEY)
                .state(state)
                .attributes(Map.of("limit", "1"))
                .build();

        assertEquals(new Rejected(Reason.valueOf(state.name()), record.id()), verify(KeyRing.of(record)));
    }

    private static Verification verify(KeyRing ring) {
        return ApiKeyVerifier.of(LiveKeyRing.of(ring)).verify(KEY.reveal());
    }
}
