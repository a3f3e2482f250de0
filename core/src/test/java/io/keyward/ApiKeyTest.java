package io.keyward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ApiKeyTest {
    @Test
    void takesPrintableAsciiOf16To256Characters() {
        for (int length = 0; length <= 300; length++) {
            String text = "~".repeat(length);
            if (length >= 16 && length <= 256) {
                assertEquals(text, ApiKey.of(text).reveal());
            } else {
                assertThrows(IllegalArgumentException.class, () -> ApiKey.of(text), "length " + length);
            }
        }
    }

    @Test
    void takesEachPrintableCharacterAndNoOther() {
        for (int c = 0; c <= Character.MAX_VALUE; c++) {
            String text = "0123456789" + (char) c + "abcdefgh";
            if (c >= '!' && c <= '~') {
                assertEquals(text, ApiKey.of(text).reveal());
            } else {
                IllegalArgumentException e =
                        assertThrows(IllegalArgumentException.class, () -> ApiKey.of(text), "character " + c);
                assertEquals("key has a blank, control or non-ASCII character at position 11", e.getMessage());
            }
        }
    }

    @Test
    @DisplayName("AP-05 keys are equal by content")
    void isEqualByContent() {
        ApiKey key = TestKeys.newKey();
        ApiKey same = ApiKey.of(new StringBuilder(key.reveal()).toString());
        assertEquals(key, same);
        assertEquals(key.hashCode(), same.hashCode());
        assertNotEquals(key, TestKeys.newKey());
        assertNotEquals(key, ApiKey.of(key.reveal() + "0"));
        assertNotEquals(key, null);
        assertFalse(key.equals((Object) key.reveal()));
    }

    @Test
    void namesItsTypeOnly() {
        assertEquals("ApiKey", TestKeys.newKey().toString());
    }
}
