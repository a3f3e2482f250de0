package io.keyward.servlet;

import io.keyward.role.RoleModel;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a request's path requires, by the rules, the annotations of servlets and the rest-rule.
 *
 * <p>A rule that names the path and an annotation must both be met. If there is only one of them, it decides alone. If
 * there is neither, the rest-rule decides. Rules for other spellings of the path can only make this stricter, see
 * {@link RuleTable}. May be shared between threads.
 */
final class PathPolicy {
    private final RuleTable rules;
    private final @Nullable RoleModel roles;
    /** One for each context in which the filter was initialised, nearly always a single one. */
    private volatile List<AnnotatedServlets> contexts = List.of(AnnotatedServlets.NONE);

    PathPolicy(RuleTable rules, @Nullable RoleModel roles) {
        this.rules = rules;
        this.roles = roles;
    }

    /**
     * Returns the policy of these rules.
     *
     * @param confirmedOpen the patterns that are confirmed to be open
     * @param roles the roles that keys can have; null if unknown
     * @throws IllegalArgumentException if the rules cannot be used; the message names every problem
     */
    static PathPolicy of(
            List<Rule> rules, @Nullable Access otherwise, Set<String> confirmedOpen, @Nullable RoleModel roles) {
        return new PathPolicy(RuleTable.of(rules, otherwise, confirmedOpen, roles), roles);
    }

    /**
     * Reads the annotations of the servlets of a context, and the paths that they serve.
     *
     * @throws ServletException if an annotation cannot be used
     */
    synchronized void readAnnotations(ServletContext context) throws ServletException {
        List<AnnotatedServlets> all = new ArrayList<>(contexts);
        all.removeIf(known -> known.context == null || known.context == context);
        all.add(new AnnotatedServlets(context, ServletAnnotations.of(context, roles), ServletMappings.of(context)));
        contexts = List.copyOf(all);
    }

    /**
     * Returns the path below the context that a request means; null if it can be read in more than one way and the
     * rules treat these readings differently.
     */
    @Nullable
    String pathOf(HttpServletRequest request) {
        try {
            String path = RequestPath.of(request);
            if (path != null) {
                return path;
            }
            EncodedPath encoded = EncodedPath.of(request);
            return encoded != null && isUniformBelow(encoded.parent(), request.getMethod()) ? encoded.path() : null;
        } catch (IllegalArgumentException | IllegalStateException ambiguous) {
            // Jetty and Tomcat throw these if they let an ambiguous path in but cannot resolve it.
            return null;
        }
    }

    private boolean isUniformBelow(String parent, String method) {
        String standard = standard(method);
        return rules.isUniformBelow(parent, method) && (standard == null || rules.isUniformBelow(parent, standard));
    }

    /**
     * Returns who may pass.
     *
     * @param path what {@link #pathOf} returned, or the path of an included resource
     * @param include whether the request is about to include the path
     */
    Access accessTo(String path, HttpServletRequest request, boolean include) {
        Map<String, Access> annotated = servletsOf(request).access;
        return accessTo(
                path, request.getMethod(), annotated.isEmpty() ? null : annotated.get(servletName(request, include)));
    }

    /**
     * Returns who may pass to the target of a dispatcher.
     *
     * @param path the canonical path of the target, below the context of the request
     */
    Access accessToTarget(String path, HttpServletRequest request) {
        AnnotatedServlets servlets = servletsOf(request);
        String servlet = servlets.mappings.servletOf(path);
        return accessTo(path, request.getMethod(), servlet == null ? null : servlets.access.get(servlet));
    }

    private AnnotatedServlets servletsOf(HttpServletRequest request) {
        List<AnnotatedServlets> all = contexts;
        if (all.size() == 1) {
            return all.get(0);
        }
        ServletContext context = request.getServletContext();
        return all.stream()
                .filter(servlets -> servlets.context == context)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the filter was not initialised in this context"));
    }

    private Access accessTo(String path, String method, @Nullable Access annotation) {
        Access access = rules.accessTo(method, path, annotation);
        String standard = standard(method);
        return standard == null ? access : access.and(rules.accessTo(standard, path, annotation));
    }

    /** Returns the upper-case form of a method that is not: RESTEasy answers {@code get} with the handler of GET. */
    private static @Nullable String standard(String method) {
        for (int i = 0; i < method.length(); i++) {
            char c = method.charAt(i);
            if ((c >= 'a' && c <= 'z') || c > '\u007f') {
                return method.toUpperCase(Locale.ROOT);
            }
        }
        return null;
    }

    private static String servletName(HttpServletRequest request, boolean include) {
        Object included = include ? request.getAttribute(RequestDispatcher.INCLUDE_MAPPING) : null;
        HttpServletMapping target =
                included instanceof HttpServletMapping mapping ? mapping : request.getHttpServletMapping();
        String name = target == null ? null : target.getServletName();
        return name == null ? "" : name;
    }

    List<String> describe() {
        return rules.describe();
    }

    /**
     * What the servlets of one context require.
     *
     * @param access what annotations require, by the name of the servlet
     * @param mappings which servlet serves a path
     */
    private record AnnotatedServlets(
            @Nullable ServletContext context, Map<String, Access> access, ServletMappings mappings) {
        /** Before the filter is initialised. */
        static final AnnotatedServlets NONE = new AnnotatedServlets(null, Map.of(), new ServletMappings());
    }
}
