package io.keyward.config;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of one of our names, the same for all its spellings.
 *
 * @param property which row of the table
 * @param id the key id, role or pepper id; empty where the property has none
 * @param metadata the name of the metadata or attribute; empty for all others
 */
record PropertyName(Property property, String id, String metadata) {
    /** In the environment form the longest ending wins; an ending that the user chooses is always the longest. */
    private static final List<Property> LONGEST_FIRST = Arrays.stream(Property.values())
            .filter(property -> property.head().startsWith(Property.DOTTED))
            .sorted(Comparator.comparingInt(PropertyName::tailLength).reversed())
            .toList();

    private static int tailLength(Property property) {
        String tail = property.tail();
        return property.isOpen() ? Integer.MAX_VALUE : tail == null ? 0 : tail.length();
    }

    /** Returns whether a name begins as ours do, known or not. */
    static boolean isOurs(String name) {
        return name.regionMatches(true, 0, Property.DOTTED, 0, Property.DOTTED.length())
                || name.regionMatches(true, 0, Property.ENVIRONMENT, 0, Property.ENVIRONMENT.length());
    }

    /**
     * Returns what a name of ours means; null if it means nothing. In the environment form the longest known ending
     * wins, so {@code KEYWARD_KEYS_A_RETIRING_HASH} is of key {@code a}.
     */
    static @Nullable PropertyName parse(String name) {
        boolean environment = name.startsWith(Property.ENVIRONMENT);
        for (Property property : LONGEST_FIRST) {
            PropertyName parsed = environment ? parseEnvironment(property, name) : parseDotted(property, name);
            if (parsed != null) {
                return parsed;
            }
        }
        return null;
    }

    private static @Nullable PropertyName parseDotted(Property property, String name) {
        String head = property.head();
        String tail = property.tail();
        if (tail == null) {
            return name.equals(head) ? new PropertyName(property, "", "") : null;
        }
        if (!name.startsWith(head)) {
            return null;
        }
        int stop = name.indexOf('.', head.length());
        int end = stop < 0 ? name.length() : stop;
        if (end == head.length()) {
            return null;
        }
        String id = name.substring(head.length(), end);
        if (!property.isOpen()) {
            return name.substring(end).equals(tail) ? new PropertyName(property, id, "") : null;
        }
        boolean named = name.startsWith(tail, end) && name.length() > end + tail.length();
        return named ? new PropertyName(property, id, name.substring(end + tail.length())) : null;
    }

    private static @Nullable PropertyName parseEnvironment(Property property, String name) {
        String head = property.environmentHead();
        String tail = property.environmentTail();
        if (tail == null) {
            return name.equals(head) ? new PropertyName(property, "", "") : null;
        }
        if (!name.startsWith(head)) {
            return null;
        }
        int end = property.isOpen()
                ? name.indexOf(tail, head.length() + 1)
                : name.endsWith(tail) ? name.length() - tail.length() : -1;
        if (end <= head.length()) {
            return null;
        }
        if (property == Property.PEPPER && name.endsWith(Property.FILE_SUFFIX)) {
            return null; // a path, as Docker's images write it, and no pepper
        }
        int rest = property.isOpen() ? end + tail.length() : name.length();
        return property.isOpen() && rest == name.length()
                ? null
                : new PropertyName(
                        property,
                        name.substring(head.length(), end).toLowerCase(Locale.ROOT),
                        name.substring(rest).toLowerCase(Locale.ROOT));
    }

    /** Returns the dotted spelling, one for all spellings of a name. */
    String canonical() {
        return id.isEmpty() ? property.pattern() : property.head() + id + property.tail() + metadata;
    }
}
