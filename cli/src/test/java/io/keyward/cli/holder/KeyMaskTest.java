package io.keyward.cli.holder;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.keyward.ApiKey;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyMaskTest {
    private static final ApiKey KEY = ApiKey.of("abaabaabaabaabaabaabc");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no key",
                "abaabaabaabaabaabaabc",
                "x abaabaabaabaabaabaabc y abaabaabaabaabaabaabcabaabaabaabaabaabaabc",
                "abaabaabaabaabaabaabaabc",
                "aababaabaabaabaabaabaabc",
                "abaabaabaabaabaabaab",
                "abaabaabaabaabaabaabX"
            })
    void masksTheKeyHoweverTheTextIsCut(String text) {
        for (int piece = 1; piece <= text.length() + 1; piece++) {
            assertEquals(KeyMask.in(text, KEY), masked(text, piece), "in pieces of " + piece);
        }
    }

    @Test
    void holdsBackNothingThatCannotBeTheKey() {
        byte[] event = "data: 1\n\n".getBytes(US_ASCII);

        assertEquals("data: 1\n\n", new String(new KeyMask(KEY).next(event, event.length), US_ASCII));
    }

    private static String masked(String text, int piece) {
        KeyMask mask = new KeyMask(KEY);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i += piece) {
            byte[] bytes = text.substring(i, Math.min(i + piece, text.length())).getBytes(US_ASCII);
            out.writeBytes(mask.next(bytes, bytes.length));
        }
        out.writeBytes(mask.rest());
        return out.toString(US_ASCII);
    }
}
