package io.keyward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.Verification.Reason;
import io.keyward.Verification.Rejected;
import io.keyward.store.CapturedLog;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VerificationListenerTest {
    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    private final ApiKey key = ApiKeyGenerator.of(KeyFormat.of("kw_test")).generate();
    private final LiveKeyRing ring = LiveKeyRing.of(KeyRing.of(
            ApiKeyRecord.builder("k").hash(KeyHasher.sha256().hash(key)).build()));
    private final ApiKeyVerifier verifier = ApiKeyVerifier.of(ring);

    @Test
    void hearsEachOutcomeOnceAndTheVerdictIsTheSame() {
        List<Verification> heard = new ArrayList<>();
        ApiKeyVerifier notifying = verifier.notifying(heard::add);

        List<Verification> answers = new ArrayList<>();
        for (String text : new String[] {key.reveal(), null, "", "x", "y".repeat(30)}) {
            answers.add(notifying.verify(text));
        }

        assertEquals(5, heard.size());
        for (int i = 0; i < heard.size(); i++) {
            assertSame(answers.get(i), heard.get(i));
        }
        assertSame(verifier.verify(key.reveal()), answers.get(0));
    }

    @Test
    void listenerThatThrowsIsLoggedOnceAndChangesNoVerdict() {
        AtomicInteger calls = new AtomicInteger();
        ApiKeyVerifier notifying = verifier.notifying(verification -> {
            calls.incrementAndGet();
            throw new IllegalStateException("meter is broken");
        });

        for (int i = 0; i < 5; i++) {
            assertTrue(notifying.verify(key.reveal()).isAccepted());
            assertEquals(new Rejected(Reason.MISSING, null), notifying.verify(null));
        }

        assertEquals(10, calls.get());
        assertEquals(1, occurrences("a verification listener failed"));
        assertEquals(1, occurrences("meter is broken"));
    }

    @Test
    void errorOfListenerChangesNoVerdictEither() {
        ApiKeyVerifier notifying = verifier.notifying(verification -> {
            throw new AssertionError("broken");
        });

        assertTrue(notifying.verify(key.reveal()).isAccepted());
    }

    static Stream<Throwable> whateverCanBeThrown() {
        return Stream.of(
                new StackOverflowError(),
                new OutOfMemoryError("made by hand"),
                new InternalError(),
                new NoClassDefFoundError("x"),
                new IOException("checked"),
                new Throwable("neither"));
    }

    /** Issue 14, item 14. */
    @ParameterizedTest
    @MethodSource("whateverCanBeThrown")
    void whateverListenerThrowsIsLoggedAndChangesNoVerdict(Throwable failure) {
        ApiKeyVerifier notifying =
                verifier.notifying(verification -> VerificationListenerTest.<RuntimeException>sneak(failure));

        assertTrue(notifying.verify(key.reveal()).isAccepted());
        assertEquals(1, occurrences("a verification listener failed"));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    @Test
    void listenersAreToldOneAfterTheOther() {
        List<String> order = new ArrayList<>();
        ApiKeyVerifier notifying =
                verifier.notifying(verification -> order.add("inner")).notifying(verification -> order.add("outer"));

        notifying.verify(null);

        assertEquals(List.of("inner", "outer"), order);
    }

    @Test
    void nothingIsToldWhereNothingCouldBeFoundOut() {
        List<Verification> heard = new ArrayList<>();
        ring.update(before -> before.withValidUntil(Instant.EPOCH));

        assertThrows(
                KeysUnavailableException.class,
                () -> verifier.notifying(heard::add).verify(key.reveal()));
        assertEquals(List.of(), heard);
    }

    private int occurrences(String text) {
        return log.text().split(text, -1).length - 1;
    }
}
