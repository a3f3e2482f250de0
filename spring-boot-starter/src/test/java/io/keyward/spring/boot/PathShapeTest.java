package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("PR-30: whether a rule and a mapping have a path in common")
class PathShapeTest {
    @ParameterizedTest
    @CsvSource({
        "/v1/jobs/*, /v1/jobs, true",
        "/v1/jobs/*, /v1/jobs/{id}, true",
        "/v1/jobs/*, /v1/jobs/{id}/log, true",
        "/v1/jobs/*, /{version}/jobs, true",
        "/v1/jobs/*, /v1/{*rest}, true",
        "/v1/jobs/*, /v1/**, true",
        "/v1/jobs/*, /**/log, true",
        "/v1/jobs/*, /v1/j*, true",
        "/v1/jobs/*, /v1/Jobs, true",
        "/v1/jobs/*, /v1, false",
        "/v1/jobs/*, /v1/job/{id}, false",
        "/v1/jobs/*, /api/v1/jobs/{id}, false",
        "/v1/jobs, /v1/jobs/, true",
        "/v1/jobs, /v1/jobs/{id}, false",
        "/v1/jobs, /v1/{what}, true",
        "/v1/jobs, /v1, false",
        "/v1/jobs/7, /v1/jobs/**, true",
        "/*, /v1/jobs, true",
        "/, /, true",
        "/, '', true",
        "/, /v1, false"
    })
    void ofPatterns(String rule, String pattern, boolean meets) {
        assertEquals(meets, PathShape.ofRule(rule).meets(PathShape.ofPattern(pattern)));
        assertEquals(meets, PathShape.ofPattern(pattern).meets(PathShape.ofRule(rule)));
    }

    @ParameterizedTest
    @CsvSource({
        "/tools/*, /tools/*, true",
        "/tools/list, /tools/*, true",
        "/tools, /tools/*, true",
        "/*, /tools/*, true",
        "/tool, /tools/*, false",
        "/tools/*, /toolshed, false",
        "/page.jsp, *.jsp, true",
        "/anything, /, true"
    })
    void ofServletMappings(String rule, String mapping, boolean meets) {
        assertEquals(meets, PathShape.ofRule(rule).meets(PathShape.ofServletMapping(mapping)));
    }
}
