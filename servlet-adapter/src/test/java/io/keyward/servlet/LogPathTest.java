package io.keyward.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogPathTest {
    private final LogPath paths = new LogPath(List.of("/v1/jobs/*", "/v1/administrators", "/"));

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "/v1/jobs/7, /v1/jobs/7",
        "/v1/jobs/17/results/latest, /v1/jobs/17/results/latest",
        "/v1/administrators, /v1/administrators",
        "/v1/jobs/getReport, /v1/jobs/getReport",
        "/v1/jobs/some_dev_key_0_text, /v1/jobs/***",
        "/v1/jobs/some%2Ddev%2Dkey, /v1/jobs/***",
        "/v1/jobs/correct-horse-battery, /v1/jobs/***",
        "/v1/jobs/0123456789abcdef/parts, /v1/jobs/***/parts",
        "/v1/jobs/aB3+x/Zz9=/Qw8rT/x, /v1/jobs/***/***/***/x",
        "/, /"
    })
    @DisplayName("issue 14, item 15: masks what could be a key, and leaves what rules name")
    void masksWhatCouldBeAKey(String path, String shown) {
        assertEquals(shown, paths.masked(path));
    }
}
