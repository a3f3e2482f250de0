package io.keyward.spring.boot;

import io.keyward.servlet.Access;
import io.keyward.servlet.ApiKeyFilter;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the rules of {@code keyward.rules}: {@code [METHOD] PATH = ACCESS}. */
final class RuleText {
    private static final Pattern RULE = Pattern.compile("(?:(\\S+)\\s+)?(/\\S*)\\s*=\\s*(\\S.*)");
    private static final Pattern ROLES = Pattern.compile("roles?\\s+(\\S.*)");
    private static final String FORM =
            "a rule is `[METHOD] PATH = ACCESS`, like `GET /v1/jobs/* = jobs:read`; ACCESS is"
                    + " permitAll, denyAll, authenticated, `role admin, ops` (one of them) or permissions `jobs:read, jobs:submit` (all)";

    private static final List<String> WORDS = List.of("permitAll", "denyAll", "authenticated");
    private static final Pattern NO_LETTERS = Pattern.compile("[^A-Za-z]");

    private RuleText() {}

    static void addTo(ApiKeyFilter.Builder filter, List<String> rules) {
        for (int i = 0; i < rules.size(); i++) {
            String property = "keyward.rules[" + i + "]";
            Matcher rule = RULE.matcher(rules.get(i).strip());
            if (!rule.matches()) {
                throw new InvalidSettingException(
                        property + " is no rule: " + FORM,
                        "correct it; in a .properties file or a variable each rule has its own name, such as"
                                + " keyward.rules[0], because a comma ends an item there");
            }
            Access access = access(property, rule.group(3));
            if (rule.group(1) == null) {
                filter.rule(rule.group(2), access);
            } else {
                filter.rule(rule.group(1), rule.group(2), access);
            }
        }
    }

    /** Returns the method of a rule; null if it names none, or if the text is not a rule. */
    static @Nullable String methodOf(String text) {
        Matcher rule = RULE.matcher(text.strip());
        return rule.matches() ? rule.group(1) : null;
    }

    /** Returns the path of a rule; null if the text is not a rule. */
    static @Nullable String pathOf(String text) {
        Matcher rule = RULE.matcher(text.strip());
        return rule.matches() ? rule.group(2) : null;
    }

    /**
     * Returns the access that a text names.
     *
     * @throws InvalidSettingException if the text has none of the forms
     */
    static Access access(String property, String text) {
        String access = text.strip();
        return switch (access) {
            case "permitAll" -> Access.permitAll();
            case "denyAll" -> Access.denyAll();
            case "authenticated" -> Access.authenticated();
            default -> namedAccess(property, access);
        };
    }

    private static Access namedAccess(String property, String access) {
        for (String word : WORDS) {
            // As a permission it would close the path to everyone, without a word.
            if (NO_LETTERS.matcher(access).replaceAll("").equalsIgnoreCase(word)) {
                throw new InvalidSettingException(
                        property + ": the access is not written exactly as " + word, "write " + word);
            }
        }
        Matcher roles = ROLES.matcher(access);
        String[] items = (roles.matches() ? roles.group(1) : access).split("\\s*,\\s*", -1);
        String[] more = Arrays.copyOfRange(items, 1, items.length);
        try {
            return roles.matches() ? Access.anyRole(items[0], more) : Access.allPermissions(items[0], more);
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(property + ": " + e.getMessage(), "correct it; " + FORM);
        }
    }
}
