package io.keyward.servlet;

import io.keyward.role.Requirement;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides which access a path and method ask for: exact path before longest prefix, named method before all others.
 *
 * <p>Built once. What contradicts itself, can never match, or opens more than its author may have meant is refused there,
 * all of it in one report.
 */
final class RuleTable {
    private static final String EVERYTHING = "/*";

    private final Map<String, Place> places;
    private final Map<String, Place> exact = new HashMap<>();
    private final List<Place> prefixes = new ArrayList<>();
    private final Access otherwise;

    private RuleTable(Map<String, Place> places, Access otherwise) {
        this.places = places;
        this.otherwise = otherwise;
        for (Place place : places.values()) {
            if (Rule.isPrefix(place.pattern)) {
                prefixes.add(place);
            } else {
                exact.put(place.pattern, place);
            }
        }
        prefixes.sort(
                Comparator.comparingInt((Place place) -> place.prefix.length()).reversed());
    }

    /**
     * Returns the table of these rules.
     *
     * @param confirmedOpen the patterns that are said twice to be open
     * @param model the roles that rules may name; null if unknown
     * @throws IllegalArgumentException if the rules cannot be used; it names every problem
     */
    static RuleTable of(
            List<Rule> rules, @Nullable Access otherwise, Set<String> confirmedOpen, @Nullable RoleModel model) {
        List<String> problems = new ArrayList<>();
        Map<String, Place> places = new TreeMap<>();
        for (Rule rule : rules) {
            rule.check(problems);
            places.computeIfAbsent(rule.pattern(), Place::new).add(rule, problems);
            checkRoles(rule.name(), rule.access(), model, problems);
        }
        if (otherwise == null) {
            problems.add("what no rule names is undecided; call otherwise(denyAll()) or otherwise(authenticated())");
        } else {
            checkRoles("otherwise", otherwise, model, problems);
        }
        RuleTable table = new RuleTable(places, otherwise == null ? Access.denyAll() : otherwise);
        table.checkOpenings(confirmedOpen, problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("the rules cannot be used: " + String.join("; ", problems));
        }
        return table;
    }

    static void checkRoles(String where, Access access, @Nullable RoleModel model, List<String> problems) {
        if (model == null) {
            return;
        }
        for (Requirement requirement : access.requirements()) {
            for (String role : requirement.anyRole()) {
                if (!model.contains(role)) {
                    problems.add(where + " needs role `" + role + "`, which is not declared; declared: "
                            + model.roles().stream().map(Role::name).toList());
                }
            }
        }
    }

    private void checkOpenings(Set<String> confirmedOpen, List<String> problems) {
        for (Place place : places.values()) {
            boolean wide = place.pattern.equals("/") || place.pattern.equals(EVERYTHING);
            if (wide && place.opensSomething() && !confirmedOpen.contains(place.pattern)) {
                problems.add(unconfirmed(place.pattern + " is", place.pattern));
            }
            if (place.anyMethod == null && place.closesSomething() && !confirmedOpen.contains(place.pattern)) {
                // No method has the empty name, so this asks for what the methods without a rule fall to.
                Access rest = named("", place.prefix);
                if (rest == null ? otherwise.isOpen() : rest.isOpen()) {
                    problems.add(unconfirmed("every method of " + place.pattern + " without a rule is", place.pattern));
                }
            }
        }
        if (otherwise.isOpen() && !confirmedOpen.contains(EVERYTHING)) {
            problems.add(unconfirmed("what no rule names is", EVERYTHING));
        }
        for (String pattern : confirmedOpen) {
            Place place = places.get(pattern);
            if (place == null && !(pattern.equals(EVERYTHING) && otherwise.isOpen())) {
                problems.add("confirmOpen(\"" + LogText.quoted(pattern, 80) + "\") confirms nothing; remove it");
            }
        }
        Place everything = places.get(EVERYTHING);
        if (everything != null && everything.anyMethod != null && !everything.anyMethod.equals(otherwise)) {
            problems.add("/* covers everything, so otherwise (" + otherwise + ") is never asked; remove the rule");
        }
    }

    private static String unconfirmed(String what, String pattern) {
        return what + " open to everyone; if that is meant, say so twice by confirmOpen(\"" + pattern + "\")";
    }

    /** Returns the access asked for by the most specific rule; null if no rule names the path. */
    @Nullable
    Access named(String method, String path) {
        Place place = exact.get(path);
        Access access = place == null ? null : place.accessFor(method);
        for (int i = 0; access == null && i < prefixes.size(); i++) {
            Place prefix = prefixes.get(i);
            access = prefix.covers(path) ? prefix.accessFor(method) : null;
        }
        return access;
    }

    Access otherwise() {
        return otherwise;
    }

    /** Returns one line a rule, sorted by path. */
    List<String> describe() {
        List<String> lines = new ArrayList<>();
        for (Place place : places.values()) {
            place.byMethod.forEach((method, access) -> lines.add(line(method, place.pattern, access)));
            if (place.anyMethod != null) {
                lines.add(line(place.byMethod.isEmpty() ? "any" : "other", place.pattern, place.anyMethod));
            }
        }
        lines.add(line("any", "(all else)", otherwise));
        return lines;
    }

    private static String line(String method, String pattern, Access access) {
        return method
                + " ".repeat(Math.max(1, 8 - method.length()))
                + pattern
                + " ".repeat(Math.max(1, 30 - pattern.length()))
                + access;
    }

    /** One path of the rules, with what it asks for by method. */
    private static final class Place {
        final String pattern;
        final String prefix;
        final Map<String, Access> byMethod = new TreeMap<>();

        @Nullable
        Access anyMethod;

        Place(String pattern) {
            this.pattern = pattern;
            this.prefix = Rule.isPrefix(pattern) ? pattern.substring(0, pattern.length() - 2) : pattern;
        }

        void add(Rule rule, List<String> problems) {
            Access present = rule.method() == null ? anyMethod : byMethod.get(rule.method());
            if (present != null) {
                problems.add(rule.name() + " has two rules (" + present + "; " + rule.access() + "); remove one");
            } else if (rule.method() == null) {
                anyMethod = rule.access();
            } else {
                byMethod.put(rule.method(), rule.access());
            }
        }

        boolean opensSomething() {
            return (anyMethod != null && anyMethod.isOpen())
                    || byMethod.values().stream().anyMatch(Access::isOpen);
        }

        boolean closesSomething() {
            return byMethod.values().stream().anyMatch(access -> !access.isOpen());
        }

        /** The boundary matters: {@code /public/*} is not {@code /publicity}. */
        boolean covers(String path) {
            return path.startsWith(prefix) && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
        }

        @Nullable
        Access accessFor(String method) {
            Access access = byMethod.get(method);
            if (access == null && method.equals("HEAD")) {
                // RFC 9110 §9.3.2: HEAD is GET without the body, and HttpServlet answers it by doGet.
                access = byMethod.get("GET");
            }
            return access == null ? anyMethod : access;
        }
    }
}
