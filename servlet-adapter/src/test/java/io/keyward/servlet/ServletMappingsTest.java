package io.keyward.servlet;

import static io.keyward.servlet.Access.anyRole;
import static io.keyward.servlet.Access.authenticated;
import static io.keyward.servlet.Access.denyAll;
import static io.keyward.servlet.Access.permitAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayName("issue 14, item 3: the annotation of a forward's target is found by its path")
class ServletMappingsTest {
    @RequiresRole("admin")
    static class ForAdmins {}

    static class ForAll {}

    private static ServletContext context(Object... typesAndPatterns) {
        Map<String, ServletRegistration> registrations = new LinkedHashMap<>();
        for (int i = 0; i < typesAndPatterns.length; i += 2) {
            ServletRegistration registration = mock(ServletRegistration.class);
            String pattern = (String) typesAndPatterns[i + 1];
            when(registration.getClassName()).thenReturn(((Class<?>) typesAndPatterns[i]).getName());
            when(registration.getMappings()).thenReturn(List.of(pattern));
            registrations.put(pattern, registration);
        }
        ServletContext context = mock(ServletContext.class);
        doReturn(registrations).when(context).getServletRegistrations();
        return context;
    }

    @ParameterizedTest
    @DisplayName("Servlet 6.0 §12.1: exact, longest prefix, extension, default")
    @CsvSource({
        "/, ''",
        "/catalog, /catalog",
        "/catalog/, /",
        "/catalog/x, /",
        "/foo/bar/index.html, /foo/bar/*",
        "/foo/bar, /foo/bar/*",
        "/foo/bar/, /foo/bar/*",
        "/foo/barista, /foo/*",
        "/baz, /baz/*",
        "/bazaar, /",
        "/foo/x.bop, /foo/*",
        "/catalog/index.bop, *.bop",
        "/index.bop, *.bop",
        "/index.tar.bop, *.bop",
        "/index.bop.x, /",
        "/index.bop/x, /",
        "/index.bop/, /",
        "/a.b/bop, /",
    })
    void findsTheServletOfAPath(String path, String pattern) {
        ServletContext context = context(
                ForAll.class,
                "/foo/*",
                ForAll.class,
                "/foo/bar/*",
                ForAll.class,
                "/baz/*",
                ForAll.class,
                "/catalog",
                ForAll.class,
                "*.bop",
                ForAll.class,
                "",
                ForAll.class,
                "/");
        assertEquals(pattern, ServletMappings.of(context).servletOf(path));
    }

    @Test
    void prefixOfEverythingComesBeforeExtensionAndDefault() {
        ServletMappings mappings =
                ServletMappings.of(context(ForAll.class, "*.bop", ForAll.class, "/*", ForAll.class, "/"));
        assertEquals("/*", mappings.servletOf("/"));
        assertEquals("/*", mappings.servletOf("/x/y.bop"));
        assertEquals(null, ServletMappings.of(context(ForAll.class, "/x")).servletOf("/y"));
    }

    private static Access accessToTarget(PathPolicy policy, String path) {
        return policy.accessToTarget(path, new FakeRequest("/page").asRequest());
    }

    @Test
    void annotationStandsInPlaceOfTheRestRuleAndJoinsARule() throws ServletException {
        ServletContext context =
                context(ForAdmins.class, "/admin/*", ForAll.class, "/admin/open", ForAdmins.class, "/ruled");
        Rule ruled = new Rule(null, "/ruled", anyRole("ops"));
        for (Access otherwise : List.of(denyAll(), authenticated(), permitAll())) {
            PathPolicy policy = PathPolicy.of(List.of(ruled), otherwise, open(otherwise), null);
            policy.readAnnotations(context);
            assertEquals(anyRole("admin"), accessToTarget(policy, "/admin/x"));
            assertEquals(otherwise, accessToTarget(policy, "/admin/open"));
            assertEquals(otherwise, accessToTarget(policy, "/elsewhere"));
            assertEquals(anyRole("ops").and(anyRole("admin")), accessToTarget(policy, "/ruled"));
        }
    }

    private static Set<String> open(Access otherwise) {
        return otherwise.equals(permitAll()) ? Set.of("/*") : Set.of();
    }

    @Test
    void servletsOfOneNameInTwoContextsAreToldApart() throws ServletException {
        ServletContext annotated = context(ForAdmins.class, "/x");
        ServletContext plain = context(ForAll.class, "/x");
        PathPolicy policy = PathPolicy.of(List.of(), authenticated(), Set.of(), null);
        policy.readAnnotations(annotated);
        policy.readAnnotations(plain);
        FakeRequest request = new FakeRequest("/x");
        request.context = annotated;
        assertEquals(anyRole("admin"), policy.accessToTarget("/x", request.asRequest()));
        request.context = plain;
        assertEquals(authenticated(), policy.accessToTarget("/x", request.asRequest()));
    }
}
