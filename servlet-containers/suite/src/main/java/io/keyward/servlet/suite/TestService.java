package io.keyward.servlet.suite;

import static io.keyward.servlet.Access.anyRole;
import static io.keyward.servlet.Access.authenticated;
import static io.keyward.servlet.Access.denyAll;
import static io.keyward.servlet.Access.permitAll;

import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.servlet.RequiresRole;
import jakarta.annotation.security.RolesAllowed;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.UnaryOperator;

/** The service that the cases attack, on the container of the class path. */
final class TestService extends AttackedService {
    final Handler handler = new Handler();
    private final Container.Running running;

    /** Starts the service with the standard rules. */
    static TestService standard(String contextPath) throws Exception {
        return changed(contextPath, new TestKeys(), builder -> builder);
    }

    /** Starts the service with other settings of the filter. */
    static TestService changed(String contextPath, TestKeys keys, UnaryOperator<ApiKeyFilter.Builder> changes)
            throws Exception {
        ApiKeyFilter filter =
                changes.apply(filter(ApiKeyVerifier.of(keys.ring()))).build();
        return new TestService(contextPath, keys, context -> ApiKeyFilter.register(context, filter));
    }

    /** Starts the service with the standard rules on a container of other settings. */
    static TestService on(Container container, String contextPath) throws Exception {
        return on(container, contextPath, builder -> builder);
    }

    /** Starts the service with other settings of the filter on a container of other settings. */
    static TestService on(Container container, String contextPath, UnaryOperator<ApiKeyFilter.Builder> changes)
            throws Exception {
        TestKeys keys = new TestKeys();
        ApiKeyFilter filter =
                changes.apply(filter(ApiKeyVerifier.of(keys.ring()))).build();
        return new TestService(container, contextPath, keys, context -> ApiKeyFilter.register(context, filter));
    }

    TestService(String contextPath, TestKeys keys, Startup startup) throws Exception {
        this(Container.onClassPath(), contextPath, keys, startup);
    }

    private TestService(Container container, String contextPath, TestKeys keys, Startup startup) throws Exception {
        super(keys, contextPath);
        this.running = container.start(contextPath, context -> {
            ServletRegistration.Dynamic all = context.addServlet("handler", handler);
            all.setAsyncSupported(true);
            all.addMapping("/*");
            context.addServlet("byRole", new ByRole()).addMapping("/annotated/role");
            context.addServlet("byStandard", new ByStandard()).addMapping("/annotated/standard");
            startup.run(context);
        });
    }

    static ApiKeyFilter.Builder filter(ApiKeyVerifier verifier) {
        return ApiKeyFilter.builder()
                .verifier(verifier)
                .roles(TestKeys.ROLES)
                .rule("/public/*", permitAll())
                .rule("/api/*", authenticated())
                .rule("/admin/*", anyRole("admin"))
                .identityHeader("X-Authenticated-Key", ApiKeyPrincipal::id)
                .otherwise(denyAll());
    }

    @Override
    int port() {
        return running.port();
    }

    @Override
    int calls() {
        return handler.calls.get();
    }

    @Override
    public void close() throws IOException {
        running.close();
    }

    /** Adds the filter under test. */
    interface Startup {
        void run(ServletContext context) throws Exception;
    }

    /** Asks for a role by our annotation; no rule names its path. */
    @RequiresRole("admin")
    static final class ByRole extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print("HANDLER:" + Handler.path(request));
        }
    }

    /** Asks for a role by the standard annotation. */
    @RolesAllowed("admin")
    static final class ByStandard extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print("HANDLER:" + Handler.path(request));
        }
    }
}
