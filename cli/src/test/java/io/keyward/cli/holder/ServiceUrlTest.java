package io.keyward.cli.holder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceUrlTest {
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8000, http://127.0.0.1:8000, true",
        "http://localhost/x, http://localhost, true",
        "HTTP://LocalHost:80/x, http://localhost, true",
        "http://[::1]:8000/, http://[::1]:8000, true",
        "ws://localhost:9100/ws, http://localhost:9100, true",
        "wss://api.example.com/ws, https://api.example.com, true",
        "https://API.example.com:443/v1, https://api.example.com, true",
        "https://api.example.com:8443, https://api.example.com:8443, true",
        "http://api.example.com, http://api.example.com, false",
        "ws://api.example.com/ws, http://api.example.com, false",
        "http://127.0.0.1.example.com, http://127.0.0.1.example.com, false",
        "http://localhost.example.com, http://localhost.example.com, false",
        "http://[::2], http://[::2], false",
        "http://10.127.0.1, http://10.127.0.1, false",
    })
    void tellsWhoMayReadWhatIsSentThere(String text, String origin, boolean isPrivate) {
        ServiceUrl url = ServiceUrl.parse(text);

        assertEquals(origin, url.origin().toString());
        assertEquals(isPrivate, url.origin().isPrivate());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:9100/ws",
                "/v1/jobs",
                "ftp://localhost/marker",
                "http:///marker",
                "http://marker@localhost/",
                "http://marker:x@localhost/",
                "http://localhost:0/marker",
                "http://localhost:65536/marker",
                "http://127.0.0.1\\@marker.example.com/",
                "http://local host/marker",
                "http://localhost/\nmarker",
                ""
            })
    void refusesWhatNamesNoServerWithoutRepeatingIt(String text) {
        CommandFailure failure = assertThrows(CommandFailure.class, () -> ServiceUrl.parse(text));

        assertEquals(ExitCode.USAGE, failure.exitCode());
        assertFalse(String.valueOf(failure.getMessage()).contains("marker"), failure.getMessage());
    }

    @Test
    void asksThePathThatWasNamedAndElseTheDefault() {
        assertEquals(
                "http://localhost:9100/ws",
                ServiceUrl.parse("ws://localhost:9100/ws").orPath("/me").toString());
        assertEquals(
                "http://localhost:9100/me",
                ServiceUrl.parse("ws://localhost:9100").orPath("/me").toString());
    }

    @Test
    void showsNoQuery() {
        ServiceUrl url = ServiceUrl.parse("https://api.example.com/v1/jobs?token=marker");

        assertEquals("https://api.example.com/v1/jobs", url.toString());
        assertEquals("https://api.example.com/v1/jobs?token=marker", url.uri().toString());
    }

    @Test
    void keepsTheSchemeForOtherPrograms() {
        assertEquals(
                "ws://localhost:9100/ws",
                ServiceUrl.parse("ws://localhost:9100/ws").asGiven());
    }
}
