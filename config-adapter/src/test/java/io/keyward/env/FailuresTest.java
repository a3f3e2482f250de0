package io.keyward.env;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("issue 18.8 messages about files are in people's words, without a Java exception class")
class FailuresTest {
    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new AccessDeniedException("/x/.env"), "permission is denied"),
                Arguments.of(new NoSuchFileException("/x/.env"), "there is no such file or directory"),
                Arguments.of(
                        new FileSystemException("/x/.env", null, "Read-only file system"),
                        "the file system is read-only"),
                Arguments.of(new IOException("No space left on device"), "the disk is full"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void reasonOfUnreadableFileIsInPeoplesWords(IOException failure, String words) {
        assertEquals(words, KeyFileBytes.reason(failure));
    }
}
