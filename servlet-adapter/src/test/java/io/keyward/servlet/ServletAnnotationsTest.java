package io.keyward.servlet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRegistration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServletAnnotationsTest {
    @RequiresRole({"admin", "ops"})
    static class ByRole {}

    static class Inheriting extends ByRole {}

    @RequiresPermission({"a:b", "c:d"})
    @RolesAllowed("admin")
    static class ByAll {}

    @RolesAllowed("**")
    static class ByAnyone {}

    @DenyAll
    static class ByNobody {}

    @PermitAll
    static class Open {}

    @RequiresRole({})
    static class ByNoRole {}

    @Test
    void readsWhatAServletAsksFor() {
        assertEquals(Access.anyRole("admin", "ops"), ServletAnnotations.accessOf(ByRole.class));
        assertEquals(Access.anyRole("admin", "ops"), ServletAnnotations.accessOf(Inheriting.class));
        assertEquals(
                Access.allPermissions("a:b", "c:d").and(Access.anyRole("admin")),
                ServletAnnotations.accessOf(ByAll.class));
        assertEquals(Access.authenticated(), ServletAnnotations.accessOf(ByAnyone.class));
        assertEquals(Access.denyAll(), ServletAnnotations.accessOf(ByNobody.class));
        assertNull(ServletAnnotations.accessOf(Open.class));
        assertNull(ServletAnnotations.accessOf(String.class));
    }

    @Test
    void startFailsNamingEveryAnnotationThatCannotBeUsed() {
        ServletContext context = mock(ServletContext.class);
        doReturn(Map.of("none", registered(ByNoRole.class.getName()), "typo", registered(ByRole.class.getName())))
                .when(context)
                .getServletRegistrations();
        RoleModel model = RoleModel.of(Role.of("admin"));
        String message = assertThrows(ServletException.class, () -> ServletAnnotations.of(context, model))
                .getMessage();
        assertTrue(message.contains("servlet none: the annotation names no role"), message);
        assertTrue(message.contains("servlet typo needs role `ops`, which is not declared"), message);
    }

    @Test
    void classThatCannotBeSeenIsLeftToTheRules() throws ServletException {
        ServletContext context = mock(ServletContext.class);
        doReturn(Map.of("gone", registered("no.such.Servlet"), "jsp", mock(ServletRegistration.class)))
                .when(context)
                .getServletRegistrations();
        assertEquals(Map.of(), ServletAnnotations.of(context, null));
    }

    private static ServletRegistration registered(String className) {
        ServletRegistration registration = mock(ServletRegistration.class);
        when(registration.getClassName()).thenReturn(className);
        return registration;
    }
}
