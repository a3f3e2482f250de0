package io.keyward.env;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SiblingNamesTest {
    @TempDir
    Path directory;

    @Test
    @DisplayName("two long names that differ at their end have two locks")
    void longNamesDoNotShareALock() {
        Path one = directory.resolve("x".repeat(254) + "1");
        Path other = directory.resolve("x".repeat(254) + "2");
        assertNotEquals(new SiblingNames(one).lock(), new SiblingNames(other).lock());
        Path leftover = new SiblingNames(one).temporary();
        assertTrue(new SiblingNames(one).isTemporary(leftover));
        assertFalse(new SiblingNames(other).isTemporary(leftover));
        assertThrows(IOException.class, () -> Files.createFile(directory.resolve("x".repeat(256))));
    }
}
