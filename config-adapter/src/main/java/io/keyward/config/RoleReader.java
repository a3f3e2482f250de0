package io.keyward.config;

import static java.util.Objects.requireNonNull;

import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.role.RoleModelException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Reads the roles of a configuration and adds them to those declared in code. For one load. */
final class RoleReader {
    private static final String IN_CODE = "code";

    private final ValueReader values;
    private final Problems problems;
    private final Map<String, Role> roles = new LinkedHashMap<>();
    private final Set<String> own = new LinkedHashSet<>();

    RoleReader(ValueReader values, Problems problems) {
        this.values = values;
        this.problems = problems;
    }

    /** Returns the model of both; if they contradict each other, the model of the roles in code alone. */
    RoleModel read(RoleModel coded) {
        coded.roles().forEach(role -> roles.put(role.name(), role));
        Assignment declared = values.first(Property.ROLES);
        if (declared != null) {
            problems.read(declared, List.<String>of(), values::list).forEach(name -> declare(name, declared));
        }
        values.each(Property.ROLE_PERMISSIONS, (name, found) -> change(name.id(), found, Role::permitting));
        values.each(Property.ROLE_INCLUDES, (name, found) -> change(name.id(), found, this::including));
        refuseSharedVariables(declared);
        try {
            return RoleModel.of(roles.values());
        } catch (RoleModelException e) {
            e.problems().forEach(what -> problem(declared, what));
            return coded;
        }
    }

    /** Returns the names of the roles of the configuration, once they are read. */
    Set<String> declared() {
        return own;
    }

    private void declare(String name, Assignment declared) {
        try {
            if (roles.putIfAbsent(name, Role.of(name)) != null) {
                problem(declared, "role `" + name + "` is declared twice: two times here, or here and in " + IN_CODE);
            }
            own.add(name);
        } catch (IllegalArgumentException e) {
            problems.add(
                    declared,
                    "an item is no role name",
                    "a role name is a letter and up to 63 of A-Z a-z 0-9 _ -",
                    "correct it");
        }
    }

    /**
     * Adds permissions or included roles to a role of the configuration; the environment form does not keep the case of
     * a name.
     */
    private void change(String id, Assignment found, BiFunction<Role, String[], Role> change) {
        String name = own.stream()
                .filter(role -> ConfigSources.environmentForm(role).equals(ConfigSources.environmentForm(id)))
                .findFirst()
                .orElse(null);
        if (name == null) {
            problems.add(
                    found,
                    "the role is not declared in keyward.roles",
                    "a role is described where it is declared, in the configuration or in " + IN_CODE,
                    "add it to keyward.roles, or correct the spelling");
            return;
        }
        List<String> items = problems.read(found, List.of(), values::list);
        try {
            Role changed = change.apply(requireNonNull(roles.get(name)), items.toArray(String[]::new));
            roles.put(name, changed);
        } catch (IllegalArgumentException e) {
            problems.add(
                    found,
                    "an item is no permission, or no declared role",
                    "a permission is like jobs:submit or jobs:*; included roles are declared",
                    "correct it");
        }
    }

    private Role including(Role role, String... names) {
        for (String name : names) {
            if (!roles.containsKey(name)) {
                throw new IllegalArgumentException("a role that is not declared");
            }
        }
        return role.including(names);
    }

    /** {@code Admin} and {@code admin} would share one variable, so each would have the keys of the other. */
    private void refuseSharedVariables(@Nullable Assignment declared) {
        Map<String, String> byVariable = new LinkedHashMap<>();
        for (String role : roles.keySet()) {
            String before = byVariable.putIfAbsent(ConfigSources.environmentForm(role), role);
            if (before != null) {
                problem(declared, "roles `" + before + "` and `" + role + "` share one variable for their keys");
            }
        }
    }

    private void problem(@Nullable Assignment declared, String what) {
        String rule = "roles are declared once, differ in more than case and signs, and form no circle";
        String remedy = "correct keyward.roles, or the roles declared in " + IN_CODE;
        if (declared == null) {
            problems.add(ConfigProblem.of(null, what, rule, remedy));
        } else {
            problems.add(declared, what, rule, remedy);
        }
    }
}
