package io.keyward.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Knows which variables are the key lists of the declared roles, and finds those that only look like one. Nothing is
 * read from these, so a key in them is not valid, although its operator believes that it is.
 */
final class ListNames {
    /** The end of a name that people write in place of {@code API_KEYS}, without its underscores. */
    private static final String ALMOST = "(?:API)?(?:KEYS?(?:HASH(?:ES)?)?|HASH(?:ES)?)(?:FILE)?[0-9]*";

    private static final Pattern AFTER_ROLE = Pattern.compile("S?" + ALMOST);
    private static final Pattern BEFORE_ROLE = Pattern.compile(ALMOST + "(?:OF|FOR)?");
    private static final Pattern WITHOUT_ROLE =
            Pattern.compile("(?:APIKEYS?(?:HASH(?:ES)?)?|KEYHASH(?:ES)?)(?:FILE)?[0-9]*");

    private static final int MOST_ROLES = 5;

    /** The names of the roles, by what their variables begin with. */
    private final Map<String, String> roles = new LinkedHashMap<>();

    ListNames(Collection<String> roles) {
        roles.forEach(role -> this.roles.put(ConfigSources.environmentForm(role), role));
    }

    /**
     * Returns whether a variable, in its environment spelling, is a list of a declared role, or names a file for one.
     */
    boolean isDeclared(String variable) {
        Matcher list = ConfigSources.KEY_LIST.matcher(variable);
        return list.matches() && roles.containsKey(list.group("role"));
    }

    /** Returns a note for each variable that looks like a key list and is none, unless a reference leads to it. */
    List<ConfigProblem> unread(ConfigSources sources) {
        List<ConfigProblem> unread = new ArrayList<>();
        Map<String, List<Assignment>> suspects = new LinkedHashMap<>(sources.lists());
        suspects.putAll(sources.almostLists());
        suspects.forEach((variable, found) -> {
            if (!isDeclared(variable)
                    && !variable.equals(Property.APP_ENV.pattern())
                    && !sources.isReferredTo(variable)) {
                ConfigProblem problem =
                        unread(variable, found.get(0), sources.lists().containsKey(variable));
                if (problem != null) {
                    unread.add(problem);
                }
            }
        });
        return unread;
    }

    /** Returns the same notes without those for key lists of undeclared roles. */
    List<ConfigProblem> almost(ConfigSources sources) {
        return unread(sources).stream()
                .filter(problem -> problem.name() == null
                        || !sources.lists().containsKey(ConfigSources.environmentForm(problem.name())))
                .toList();
    }

    private @Nullable ConfigProblem unread(String variable, Assignment found, boolean isList) {
        String letters = variable.replace("_", "");
        String ending = letters.contains("HASH") ? KeyDefinitions.HASHES_SUFFIX : KeyDefinitions.KEYS_SUFFIX;
        for (Map.Entry<String, String> role : roles.entrySet()) {
            if (isAlmostOf(role.getKey().replace("_", ""), letters)) {
                String right = role.getKey() + ending;
                return found.problem(
                        "nothing is read from this name, which is almost " + right,
                        "the key lists of role `" + role.getValue() + "` are " + role.getKey()
                                + KeyDefinitions.KEYS_SUFFIX + " and " + role.getKey() + KeyDefinitions.HASHES_SUFFIX,
                        "write " + right + " if it is meant as one; leave it if it is another program's");
            }
        }
        if (isList) {
            return found.problem(
                    "it looks like a key list, and no role of that name is declared, so it is left alone",
                    "only declared roles have key lists",
                    "declare the role in code or in keyward.roles if it is meant as one");
        }
        return WITHOUT_ROLE.matcher(letters).matches() ? withoutRole(found, ending) : null;
    }

    private ConfigProblem withoutRole(Assignment found, String ending) {
        String lists = roles.keySet().stream()
                .limit(MOST_ROLES)
                .map(role -> role + ending)
                .collect(Collectors.joining(" or "));
        return found.problem(
                "nothing is read from this name, because no role is in it",
                "a key list has the name of its role",
                "write " + (lists.isEmpty() ? "<ROLE>" + ending : lists)
                        + " if it is meant as one; leave it if it is another program's");
    }

    private static boolean isAlmostOf(String role, String letters) {
        int rest = letters.length() - role.length();
        return rest > 0
                && ((letters.startsWith(role)
                                && AFTER_ROLE
                                        .matcher(letters.substring(role.length()))
                                        .matches())
                        || (letters.endsWith(role)
                                && BEFORE_ROLE
                                        .matcher(letters.substring(0, rest))
                                        .matches()));
    }
}
