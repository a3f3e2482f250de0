package io.keyward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScannerRulesTest {
    @ParameterizedTest
    @ValueSource(strings = {"kw_live", "a1", "abcdefghij_123456789"})
    void eachRuleFindsEachKey(String prefix) {
        KeyFormat format = KeyFormat.of(prefix);
        ScannerRules rules = ScannerRules.of(format);
        ApiKeyGenerator generator = ApiKeyGenerator.of(format);
        Pattern[] patterns = {
            Pattern.compile(rules.regex()),
            Pattern.compile(part(rules.gitleaks(), "regex = '''(.*)'''")),
            Pattern.compile(part(rules.truffleHog(), "key: '(.*)'")),
            Pattern.compile("(?:" + part(rules.gitHub(), "Before secret: (.*)") + ")("
                    + part(rules.gitHub(), "Secret format: (.*)") + ")(?:" + part(rules.gitHub(), "After secret: (.*)")
                    + ")"),
        };
        for (int i = 0; i < 200; i++) {
            String text = generator.generate().reveal();
            for (Pattern pattern : patterns) {
                Matcher matcher = pattern.matcher("api.key=" + text + "\n");
                assertTrue(matcher.find(), pattern.pattern());
                assertEquals(text, matcher.group(matcher.groupCount()));
                assertFalse(pattern.matcher("x" + text).find());
                assertFalse(pattern.matcher(text + "x").find());
                assertFalse(pattern.matcher(text.substring(1)).find());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kw_live"})
    void namesTheKeywordByWhichScannersSkipOtherText(String prefix) {
        ScannerRules rules = ScannerRules.of(KeyFormat.of(prefix));
        assertTrue(rules.gitleaks().contains("keywords = [\"kw_live_\"]"), rules.gitleaks());
        assertTrue(rules.truffleHog().contains("      - kw_live_\n"), rules.truffleHog());
    }

    private static String part(String rule, String expression) {
        Matcher matcher = Pattern.compile(expression).matcher(rule);
        assertTrue(matcher.find(), rule);
        return matcher.group(1);
    }
}
