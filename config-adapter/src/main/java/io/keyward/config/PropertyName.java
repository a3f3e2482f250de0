package io.keyward.config;

import static java.util.Objects.requireNonNull;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of one of our names, the same for all its spellings.
 *
 * @param property which row of the table
 * @param id the key id, role or pepper id; empty where the property has none
 * @param metadata the name of the metadata or attribute; empty for all others
 */
record PropertyName(Property property, String id, String metadata) {
    /** The properties without a placeholder, in both spellings. */
    private static final Map<String, Property> WHOLE = new HashMap<>();
    /** Those with one, in both spellings: by what is before the placeholder, then by what is after it. */
    private static final Map<String, Map<String, Property>> ENDINGS = new HashMap<>();
    /** Those whose name ends with one that the user chooses, so that no table can have it. */
    private static final List<Property> OPEN = List.of(Property.METADATA, Property.ATTRIBUTE);

    static {
        for (Property property : Property.values()) {
            if (property.head().startsWith(Property.DOTTED)) {
                register(property, property.head(), property.tail());
                register(property, property.environmentHead(), property.environmentTail());
            }
        }
    }

    private static void register(Property property, String head, @Nullable String tail) {
        if (tail == null) {
            WHOLE.put(head, property);
        } else {
            Map<String, Property> endings = ENDINGS.computeIfAbsent(head, start -> new HashMap<>());
            if (!property.isOpen()) {
                endings.put(tail, property);
            }
        }
    }

    /** Returns whether a name begins as ours do, known or not. */
    static boolean isOurs(String name) {
        int sign = Property.DOTTED.length() - 1;
        return name.length() > sign
                && (name.charAt(sign) == '.' || name.charAt(sign) == '_')
                && name.regionMatches(true, 0, Property.DOTTED, 0, sign);
    }

    /**
     * Returns what a name of ours means; null if it means nothing. In the environment form the longest known ending
     * wins, so {@code KEYWARD_KEYS_A_RETIRING_HASH} is of key {@code a}, and an ending that the user chooses is always
     * the longest.
     */
    static @Nullable PropertyName parse(String name) {
        Property whole = WHOLE.get(name);
        if (whole != null) {
            return new PropertyName(whole, "", "");
        }
        boolean environment = name.startsWith(Property.ENVIRONMENT);
        int start = name.indexOf(environment ? '_' : '.', Property.ENVIRONMENT.length()) + 1;
        Map<String, Property> endings = ENDINGS.get(name.substring(0, start));
        if (endings == null) {
            return null;
        }
        return environment ? parseEnvironment(name, start, endings) : parseDotted(name, start, endings);
    }

    private static @Nullable PropertyName parseDotted(String name, int start, Map<String, Property> endings) {
        int stop = name.indexOf('.', start);
        int end = stop < 0 ? name.length() : stop;
        if (end == start) {
            return null;
        }
        String id = name.substring(start, end);
        for (Property open : OPEN) {
            int rest = end + requireNonNull(open.tail()).length();
            if (name.startsWith(open.head()) && name.startsWith(open.tail(), end) && rest < name.length()) {
                return new PropertyName(open, id, name.substring(rest));
            }
        }
        Property property = endings.get(name.substring(end));
        return property == null ? null : new PropertyName(property, id, "");
    }

    private static @Nullable PropertyName parseEnvironment(String name, int start, Map<String, Property> endings) {
        for (Property open : OPEN) {
            String tail = requireNonNull(open.environmentTail());
            int end = name.startsWith(open.environmentHead()) ? name.indexOf(tail, start + 1) : -1;
            int rest = end + tail.length();
            if (end > start && rest < name.length()) {
                return new PropertyName(open, lowerCase(name, start, end), lowerCase(name, rest, name.length()));
            }
        }
        for (int end = start + 1; end <= name.length(); end++) {
            Property property =
                    end == name.length() || name.charAt(end) == '_' ? endings.get(name.substring(end)) : null;
            if (property == Property.PEPPER && name.endsWith(Property.FILE_SUFFIX)) {
                return null; // a path, as Docker's images write it, and no pepper
            }
            if (property != null) {
                return new PropertyName(property, lowerCase(name, start, end), "");
            }
        }
        return null;
    }

    private static String lowerCase(String name, int start, int end) {
        return name.substring(start, end).toLowerCase(Locale.ROOT);
    }

    /** Returns the dotted spelling, one for all spellings of a name. */
    String canonical() {
        return id.isEmpty() ? property.pattern() : property.head() + id + property.tail() + metadata;
    }

    // equals and hashCode are written out, because those of a record go through method handles, which are slow at a
    // start

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PropertyName that
                && property == that.property
                && id.equals(that.id)
                && metadata.equals(that.metadata);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * id.hashCode() + property.pattern().hashCode()) + metadata.hashCode();
    }
}
