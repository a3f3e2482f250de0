package io.keyward.role;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PermissionTest {
    @ParameterizedTest
    @ValueSource(strings = {"jobs", "*", "jobs:submit", "jobs:*", "*:read", "a:b:c:d:e:f:g:h", "A.b_c-9", "*:*"})
    void readsLegalText(String text) {
        assertEquals(text, Permission.of(text).toString());
        assertEquals(Permission.of(text), Permission.of(text));
        assertEquals(text.contains("*"), Permission.of(text).isPattern());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "jobs:",
                ":jobs",
                "jobs::submit",
                "jobs:sub*",
                "**",
                "jobs:**",
                "jobs submit",
                "jobs:submit\n",
                "jöbs",
                "a:b:c:d:e:f:g:h:i",
                "jobs,submit",
                "jobs/submit"
            })
    void refusesOtherText(String text) {
        assertThrows(IllegalArgumentException.class, () -> Permission.of(text));
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 129})
    void bounds(int length) {
        String text = "a".repeat(length);
        if (length <= 128) {
            assertEquals(text, Permission.of(text).toString());
        } else {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Permission.of(text));
            assertTrue(e.getMessage().length() < 250, "a refused text is cut in the message");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "jobs:submit, jobs:submit, true",
        "jobs:submit, jobs:stop, false",
        "jobs:submit, Jobs:submit, false",
        "jobs:submit, jobs:SUBMIT, false",
        "jobs:*, jobs:submit, true",
        "jobs:*, jobs, false",
        "jobs:*, jobs:submit:fast, false",
        "jobs:*, keys:submit, false",
        "*, jobs, true",
        "*, jobs:submit, false",
        "*:*, jobs:submit, true",
        "*:read, jobs:read, true",
        "*:read, jobs:write, false",
        "jobs:*:fast, jobs:submit:fast, true",
        "jobs:submit, jobs:*, false",
        "jobs:*, jobs:*, true",
        "*:*, jobs:*, true",
        "jobs, jobs:submit, false",
    })
    void impliesBySegments(String held, String required, boolean implied) {
        assertEquals(implied, Permission.of(held).implies(Permission.of(required)));
    }

    @ParameterizedTest
    @CsvSource({"jobs:submit, jobs:submi", "a:b, a.b", "a, A"})
    void isEqualByTextOnly(String one, String other) {
        assertFalse(Permission.of(one).equals(Permission.of(other)));
        assertTrue(Permission.of(one).compareTo(Permission.of(other)) != 0);
    }
}
