package io.keyward.spring.boot;

import static java.util.Objects.requireNonNull;

import io.smallrye.config.ConfigValue;
import io.smallrye.config.ConfigValueConfigSource;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * Passes the property sources of Spring to the reader of keys, one by one and in Spring's order.
 *
 * <p>Names stay unchanged. With Spring's relaxed names {@code ab} and {@code a_b} would be one key, and Spring's binder
 * would split a JSON array at its commas.
 */
final class EnvironmentSources {
    /** Settings of the starter. The reader of keys does not know them. */
    private static final Pattern OF_STARTER = Pattern.compile(
            "(?i)keyward[._](store|file|prefix|otherwise|tls[-_]?only|(rules|confirm[-_]?open)(\\[\\d+]|_\\d+_?)?"
                    + "|(jdbc|admin)[._-].*)");

    private static final Pattern KEYS_ALONE =
            Pattern.compile("(?i)keyward[._]keys[._].*|.*[._-]api[._-](keys|key[._-]hashes)(\\[\\d+])?");

    private static final Pattern OF_KEYS =
            Pattern.compile("(?i)keyward[._].*|.*[._-]api[._-](keys|key[._-]hashes)(\\[\\d+])?|app[._-]env");
    private static final Pattern ITEM = Pattern.compile("(.+)\\[(\\d+)]");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{[^{}]*}");
    private static final int HIGHEST_ORDINAL = 100_000;
    private static final int LOWEST_ORDINAL = 1;
    private static final String ROLES = "keyward.roles";

    /** The name of the source that declares roles which are only described. */
    private static final String NESTED_ROLES = "roles that are described below keyward.roles";

    private static final Pattern NESTED_ROLE =
            Pattern.compile("keyward\\.roles\\.([^.\\[\\]]+)(\\.permissions|\\.includes)?");

    /** YAML gives an empty map the empty text as its value. */
    private static final Set<String> EMPTY_MAPS = Set.of("keyward.keys", "keyward.peppers");

    private EnvironmentSources() {}

    /** Returns the current properties of keys, roles and peppers. */
    static SmallRyeConfig of(ConfigurableEnvironment environment) {
        return of(environment, EnvironmentSources::isOfKeys);
    }

    /** Returns all current properties except keys, because a key file may refer to any variable. */
    static SmallRyeConfig settingsOf(ConfigurableEnvironment environment) {
        return of(
                environment,
                name -> !OF_STARTER.matcher(name).matches()
                        && !KEYS_ALONE.matcher(name).matches());
    }

    private static SmallRyeConfig of(ConfigurableEnvironment environment, Predicate<String> wanted) {
        Map<PropertySource<?>, Map<String, ConfigValue>> all = new LinkedHashMap<>();
        for (PropertySource<?> source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> enumerable) {
                all.put(source, valuesOf(enumerable, environment, wanted));
            }
        }
        Map<String, ConfigValue> ofNesting = declaredByNesting(all);
        SmallRyeConfigBuilder config = new SmallRyeConfigBuilder();
        int ordinal = HIGHEST_ORDINAL;
        for (Map.Entry<PropertySource<?>, Map<String, ConfigValue>> each : all.entrySet()) {
            PropertySource<?> source = each.getKey();
            Map<String, ConfigValue> values = each.getValue();
            if (isEnvironment(source)) {
                Map<String, String> variables = new LinkedHashMap<>();
                values.forEach((name, value) -> variables.put(name, value.getValue()));
                config.withSources(new EnvConfigSource(variables, ordinal));
            } else if (!values.isEmpty()) {
                config.withSources(new Source(source.getName(), values, ordinal));
            }
            ordinal--;
        }
        if (!ofNesting.isEmpty()) {
            config.withSources(new Source(NESTED_ROLES, ofNesting, LOWEST_ORDINAL));
        }
        return config.build();
    }

    /**
     * Returns {@code keyward.roles} with the roles that are described below it, if no source has that list: in nested
     * YAML {@code roles} is either a list or a map. Takes away the empty values of maps without content.
     */
    private static Map<String, ConfigValue> declaredByNesting(Map<PropertySource<?>, Map<String, ConfigValue>> all) {
        all.forEach((source, values) -> values.entrySet()
                .removeIf(value -> EMPTY_MAPS.contains(value.getKey())
                        && value.getValue().getValue().isEmpty()));
        if (all.values().stream()
                .flatMap(values -> values.keySet().stream())
                .anyMatch(EnvironmentSources::isRoleList)) {
            return Map.of();
        }
        Set<String> roles = new LinkedHashSet<>();
        for (Map<String, ConfigValue> values : all.values()) {
            for (String name : List.copyOf(values.keySet())) {
                Matcher role = NESTED_ROLE.matcher(name);
                if (role.matches() && role.group(2) != null) {
                    roles.add(role.group(1));
                } else if (role.matches()
                        && requireNonNull(values.get(name)).getValue().isEmpty()) {
                    roles.add(role.group(1));
                    values.remove(name);
                }
            }
        }
        String list = String.join(",", roles);
        return roles.isEmpty()
                ? Map.of()
                : Map.of(
                        ROLES,
                        ConfigValue.builder()
                                .withName(ROLES)
                                .withValue(list)
                                .withRawValue(list)
                                .withConfigSourceName(NESTED_ROLES)
                                .withLineNumber(-1)
                                .build());
    }

    private static boolean isRoleList(String name) {
        return name.replace('_', '.').equalsIgnoreCase(ROLES);
    }

    private static boolean isEnvironment(PropertySource<?> source) {
        return source.getName().equals(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
    }

    private static Map<String, ConfigValue> valuesOf(
            EnumerablePropertySource<?> source, ConfigurableEnvironment environment, Predicate<String> wanted) {
        Map<String, ConfigValue> values = new LinkedHashMap<>();
        Map<String, Map<Integer, String>> lists = new LinkedHashMap<>();
        Map<String, String> firstNames = new LinkedHashMap<>();
        for (String name : source.getPropertyNames()) {
            Object value = wanted.test(name) ? source.getProperty(name) : null;
            if (value == null) {
                continue;
            }
            String text = resolved(value.toString(), environment);
            Matcher item = ITEM.matcher(name);
            if (item.matches() && !isEnvironment(source)) {
                lists.computeIfAbsent(item.group(1), list -> new TreeMap<>()).put(Integer.valueOf(item.group(2)), text);
                firstNames.putIfAbsent(item.group(1), name);
            } else {
                values.put(name, value(source, name, name, text));
            }
        }
        lists.forEach((name, items) ->
                values.put(name, value(source, name, firstNames.getOrDefault(name, name), json(items))));
        return values;
    }

    private static boolean isOfKeys(String name) {
        return OF_KEYS.matcher(name).matches() && !OF_STARTER.matcher(name).matches();
    }

    /** Resolves a value that is one reference. In a longer text {@code $} has no special meaning. */
    static String resolved(String text, ConfigurableEnvironment environment) {
        return REFERENCE.matcher(text).matches() ? environment.resolvePlaceholders(text) : text;
    }

    /** Returns the items of a list as a JSON array, because the reader of keys accepts one. */
    private static String json(Map<Integer, String> items) {
        List<String> quoted = new ArrayList<>();
        items.values().forEach(item -> quoted.add(quoted(item)));
        return "[" + String.join(",", quoted) + "]";
    }

    private static String quoted(String item) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < item.length(); i++) {
            char c = item.charAt(i);
            if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') {
                json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    private static ConfigValue value(PropertySource<?> source, String name, String spelling, String text) {
        return ConfigValue.builder()
                .withName(name)
                .withValue(text)
                .withRawValue(text)
                .withConfigSourceName(source.getName())
                .withLineNumber(line(source, spelling))
                .build();
    }

    private static int line(PropertySource<?> source, String name) {
        Origin origin = OriginLookup.getOrigin(source, name);
        return origin instanceof TextResourceOrigin text && text.getLocation() != null
                ? text.getLocation().getLine() + 1
                : -1;
    }

    /** One property source of Spring, with the values that it had when the keys were read. */
    private static final class Source implements ConfigValueConfigSource {
        private final String name;
        private final Map<String, ConfigValue> values;
        private final int ordinal;

        Source(String name, Map<String, ConfigValue> values, int ordinal) {
            this.name = name;
            this.values = values;
            this.ordinal = ordinal;
        }

        @Override
        public String getName() {
            return name;
        }

        @Override
        public int getOrdinal() {
            return ordinal;
        }

        @Override
        public Set<String> getPropertyNames() {
            return values.keySet();
        }

        @Override
        public @Nullable ConfigValue getConfigValue(String propertyName) {
            return values.get(propertyName);
        }

        @Override
        public Map<String, ConfigValue> getConfigValueProperties() {
            return values;
        }

        @Override
        public @Nullable String getValue(String propertyName) {
            ConfigValue value = values.get(propertyName);
            return value == null ? null : value.getValue();
        }

        /** Returns the name, because the values are secret. */
        @Override
        public String toString() {
            return name;
        }
    }
}
