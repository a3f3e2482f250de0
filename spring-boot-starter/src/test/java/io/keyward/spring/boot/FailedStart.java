package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads why an application did not start. */
final class FailedStart {
    private FailedStart() {}

    /** Returns the messages of a failure and its causes, one a line; fails the test if there is no failure. */
    static String messages(Throwable failure) {
        assertNotNull(failure, "the application started");
        return Stream.iterate(failure, each -> each != null, Throwable::getCause)
                .map(Throwable::getMessage)
                .collect(Collectors.joining("\n"));
    }
}
