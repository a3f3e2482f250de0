package io.keyward.servlet;

import io.keyward.role.RoleModel;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what annotations on the servlet classes of a context require. */
final class ServletAnnotations {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyFilter.class);
    private static final boolean STANDARD_PRESENT = isStandardPresent();

    private ServletAnnotations() {}

    /** The standard annotations are optional: if they are not on the class path, no servlet can have one. */
    private static boolean isStandardPresent() {
        try {
            return RolesAllowed.class.getName() != null;
        } catch (NoClassDefFoundError absent) {
            return false;
        }
    }

    /**
     * Returns the access that annotated servlets require, by servlet name.
     *
     * @throws ServletException if an annotation is empty, ill-formed or names an undeclared role; the message names
     *     every problem
     */
    static Map<String, Access> of(ServletContext context, @Nullable RoleModel model) throws ServletException {
        Map<String, Access> annotated = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (Map.Entry<String, ? extends ServletRegistration> entry :
                context.getServletRegistrations().entrySet()) {
            Class<?> type = load(entry.getKey(), entry.getValue().getClassName(), context.getClassLoader());
            try {
                Access access = type == null ? null : accessOf(type);
                if (access != null) {
                    RuleTable.checkRoles("servlet " + entry.getKey(), access, model, problems);
                    annotated.put(entry.getKey(), access);
                }
            } catch (IllegalArgumentException illFormed) {
                problems.add("servlet " + entry.getKey() + ": " + illFormed.getMessage());
            }
        }
        if (!problems.isEmpty()) {
            throw new ServletException("the annotations cannot be used: " + String.join("; ", problems));
        }
        return Map.copyOf(annotated);
    }

    private static @Nullable Class<?> load(
            String servlet, @Nullable String className, @Nullable ClassLoader ofContext) {
        if (className == null) {
            return null;
        }
        // Embedded Jetty has no loader of its own for a context.
        for (ClassLoader loader : new ClassLoader[] {
            ofContext, Thread.currentThread().getContextClassLoader(), ServletAnnotations.class.getClassLoader()
        }) {
            try {
                if (loader != null) {
                    return Class.forName(className, false, loader);
                }
            } catch (ClassNotFoundException | LinkageError notHere) {
                LOG.debug("class {} of servlet {} is not visible to {}", className, servlet, loader);
            }
        }
        LOG.warn(
                "cannot read the annotations of servlet {}: class {} is not visible from here; only rules protect it,"
                        + " so add one for its path",
                servlet,
                className);
        return null;
    }

    static @Nullable Access accessOf(Class<?> type) {
        Access access = null;
        RequiresRole role = type.getAnnotation(RequiresRole.class);
        if (role != null) {
            access = named("role", Access::anyRole, role.value());
        }
        RequiresPermission permission = type.getAnnotation(RequiresPermission.class);
        if (permission != null) {
            access = both(access, named("permission", Access::allPermissions, permission.value()));
        }
        return STANDARD_PRESENT ? both(access, standardAccessOf(type)) : access;
    }

    private static @Nullable Access standardAccessOf(Class<?> type) {
        if (type.isAnnotationPresent(DenyAll.class)) {
            return Access.denyAll();
        }
        RolesAllowed allowed = type.getAnnotation(RolesAllowed.class);
        if (allowed == null) {
            return null;
        }
        // Servlet 6.0 §13.3: any caller that was let in. As a role name it would be refused.
        return List.of(allowed.value()).contains("**")
                ? Access.authenticated()
                : named("role", Access::anyRole, allowed.value());
    }

    private static Access named(String what, BiFunction<String, String[], Access> access, String... names) {
        if (names.length == 0) {
            throw new IllegalArgumentException("the annotation names no " + what + "; name at least one");
        }
        return access.apply(names[0], Arrays.copyOfRange(names, 1, names.length));
    }

    private static @Nullable Access both(@Nullable Access one, @Nullable Access other) {
        return one == null ? other : other == null ? one : one.and(other);
    }
}
