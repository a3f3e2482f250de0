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
 * Decides which access a path and a method require: exact path before longest prefix, named method before all others.
 *
 * <p>A framework may find the handler of a path under other spellings of it: with a slash at the end, or with a suffix
 * such as {@code .json}, or in other case. So a rule that closes a path also closes these spellings, but a rule that opens
 * one opens only the path it names. If two rules apply to such a path, both must admit the key.
 *
 * <p>Built once. Rules that contradict each other, can never match, or may open more than their author meant are
 * refused then, all in one report.
 */
final class RuleTable {
    private static final String EVERYTHING = "/*";

    private final Map<String, Place> places;
    /** By path without the slash at its end, so that one look-up finds both spellings. */
    private final Map<String, Twins> exact = new HashMap<>();

    private final List<Place> prefixes = new ArrayList<>();
    private final List<Place> closing = new ArrayList<>();
    private final Access otherwise;

    /** The same rules in lower case; null in that table itself, and where it would make no difference or a wrong one. */
    private final @Nullable RuleTable lowerCase;

    private final boolean hasCapitals;

    private RuleTable(Map<String, Place> places, Access otherwise, @Nullable RuleTable lowerCase) {
        this.lowerCase = lowerCase;
        this.hasCapitals = places.keySet().stream()
                .anyMatch(pattern -> !inLowerCase(pattern).equals(pattern));
        this.places = places;
        this.otherwise = otherwise;
        for (Place place : places.values()) {
            if (place.isPrefix()) {
                prefixes.add(place);
            } else {
                exact.computeIfAbsent(place.base, unused -> new Twins()).put(place);
            }
            if (place.closesSomething()) {
                closing.add(place);
            }
        }
        prefixes.sort(
                Comparator.comparingInt((Place place) -> place.base.length()).reversed());
    }

    /**
     * Returns the table of these rules.
     *
     * @param confirmedOpen the patterns that are confirmed to be open
     * @param model the roles that rules may name; null if unknown
     * @throws IllegalArgumentException if the rules cannot be used; the message names every problem
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
            problems.add("nothing decides about paths that no rule names; call otherwise(denyAll()) or"
                    + " otherwise(authenticated())");
        } else {
            checkRoles("otherwise", otherwise, model, problems);
        }
        Access rest = otherwise == null ? Access.denyAll() : otherwise;
        RuleTable table = new RuleTable(places, rest, lowerCase(places, rest));
        table.checkOpenings(confirmedOpen, problems);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("the rules cannot be used: " + String.join("; ", problems));
        }
        return table;
    }

    /** Returns null if there are no rules, and if two differ only in case, because their author means two paths. */
    private static @Nullable RuleTable lowerCase(Map<String, Place> places, Access otherwise) {
        if (places.isEmpty()) {
            return null;
        }
        Map<String, Place> all = new TreeMap<>();
        for (Place place : places.values()) {
            String pattern = inLowerCase(place.pattern);
            if (all.put(pattern, place.as(pattern)) != null) {
                return null;
            }
        }
        return new RuleTable(all, otherwise, null);
    }

    /** Returns the text itself if that is in lower case; compares letters as {@code equalsIgnoreCase} does. */
    private static String inLowerCase(String text) {
        int i = 0;
        while (i < text.length() && inLowerCase(text.charAt(i)) == text.charAt(i)) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        char[] letters = text.toCharArray();
        for (; i < letters.length; i++) {
            letters[i] = inLowerCase(letters[i]);
        }
        return new String(letters);
    }

    private static char inLowerCase(char c) {
        return Character.toLowerCase(Character.toUpperCase(c));
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
            if (place.anyMethod == null && place.closesSomeMethod() && !confirmedOpen.contains(place.pattern)) {
                // No method has the empty name, so this returns what decides about methods without a rule.
                Access rest = named("", place.isPrefix() ? place.base : place.pattern);
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
            problems.add("/* covers everything, so otherwise (" + otherwise
                    + ") is never used; call otherwise with what the rule requires, and remove the rule");
        }
    }

    private static String unconfirmed(String what, String pattern) {
        return what + " open to everyone; if you mean that, confirm it by confirmOpen(\"" + pattern + "\")";
    }

    /**
     * Returns the access that the most specific rule requires, without other spellings; null if no rule names the path.
     */
    @Nullable
    Access named(String method, String path) {
        Place place = placeOf(method, path, exact.get(base(path)));
        return place == null ? null : place.accessFor(method);
    }

    /**
     * Returns who may pass.
     *
     * @param annotation what an annotation requires as well; null if there is none
     */
    Access accessTo(String method, String path, @Nullable Access annotation) {
        Access access = accessInThisCase(method, path, annotation);
        if (lowerCase == null) {
            return access;
        }
        String lower = inLowerCase(path);
        if (!hasCapitals && lower.equals(path)) {
            return access;
        }
        Access other = lowerCase.accessInThisCase(method, lower, annotation);
        return other.isOpen() || other.equals(access) ? access : access.and(other);
    }

    private Access accessInThisCase(String method, String path, @Nullable Access annotation) {
        Twins twins = exact.get(base(path));
        Place place = placeOf(method, path, twins);
        Access access = place == null ? null : place.accessFor(method);
        if (access == null) {
            access = annotation == null ? otherwise : annotation;
        } else if (annotation != null) {
            access = access.and(annotation);
        }
        Access twin = twins == null ? null : twins.closingTwin(method, path);
        if (twin != null) {
            return access.and(twin);
        }
        return place != null && place.isNamedBy(path) ? access : withoutSuffix(access, method, path);
    }

    private @Nullable Place placeOf(String method, String path, @Nullable Twins twins) {
        Place place = twins == null ? null : twins.of(path);
        if (place != null && place.accessFor(method) != null) {
            return place;
        }
        for (int i = 0; i < prefixes.size(); i++) {
            Place prefix = prefixes.get(i);
            if (prefix.covers(path) && prefix.accessFor(method) != null) {
                return prefix;
            }
        }
        return null;
    }

    /** Returns the access joined with that of each closed path to which this one adds a suffix. */
    private Access withoutSuffix(Access access, String method, String path) {
        if (path.lastIndexOf('.') <= path.lastIndexOf('/', path.length() - 2)) {
            return access;
        }
        Access joined = access;
        for (int i = 0; i < closing.size(); i++) {
            Access closed = closing.get(i).accessFor(method);
            if (closed != null && !closed.isOpen() && Suffixes.areAdded(closing.get(i).base, path)) {
                joined = joined.and(closed);
            }
        }
        return joined;
    }

    /** Returns whether all paths below a parent require the same, so it does not matter which of them is meant. */
    boolean isUniformBelow(String parent, String method) {
        String below = parent + "/";
        Access all = prefixAccess(method, below);
        for (Place place : places.values()) {
            Access access = place.base.startsWith(below) ? place.accessFor(method) : null;
            if (access != null && !access.equals(all)) {
                return false;
            }
        }
        return lowerCase == null || lowerCase.isUniformBelow(inLowerCase(parent), method);
    }

    private Access prefixAccess(String method, String path) {
        Place prefix = placeOf(method, path, null);
        Access access = prefix == null ? null : prefix.accessFor(method);
        return access == null ? otherwise : access;
    }

    private static String base(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
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

    /** A path and the same path with a slash at its end. */
    private static final class Twins {
        private @Nullable Place plain;
        private @Nullable Place slashed;

        void put(Place place) {
            if (place.pattern.endsWith("/")) {
                slashed = place;
            } else {
                plain = place;
            }
        }

        @Nullable
        Place of(String path) {
            return path.endsWith("/") ? slashed : plain;
        }

        /** Returns what the other spelling requires, if that is closed. */
        @Nullable
        Access closingTwin(String method, String path) {
            Place other = path.endsWith("/") ? plain : slashed;
            Access access = other == null ? null : other.accessFor(method);
            return access == null || access.isOpen() ? null : access;
        }
    }

    /** One path of the rules, with what it requires by method. */
    private static final class Place {
        final String pattern;

        /** The path without {@code /} or {@code /*} at its end. */
        final String base;

        final Map<String, Access> byMethod = new TreeMap<>();

        @Nullable
        Access anyMethod;

        Place(String pattern) {
            this.pattern = pattern;
            this.base = base(isPrefix() ? pattern.substring(0, pattern.length() - 1) : pattern);
        }

        /** Returns a place with the same rules and another pattern. */
        Place as(String other) {
            Place place = new Place(other);
            place.byMethod.putAll(byMethod);
            place.anyMethod = anyMethod;
            return place;
        }

        boolean isPrefix() {
            return Rule.isPrefix(pattern);
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

        boolean closesSomeMethod() {
            return byMethod.values().stream().anyMatch(access -> !access.isOpen());
        }

        boolean closesSomething() {
            return closesSomeMethod() || (anyMethod != null && !anyMethod.isOpen());
        }

        /** The boundary matters: {@code /public/*} is not {@code /publicity}. */
        boolean covers(String path) {
            return path.startsWith(base) && (path.length() == base.length() || path.charAt(base.length()) == '/');
        }

        /** Returns whether this place, which decides about the path, names it, and not only a path further up. */
        boolean isNamedBy(String path) {
            return !isPrefix() || path.length() - base.length() <= (path.endsWith("/") ? 1 : 0);
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
