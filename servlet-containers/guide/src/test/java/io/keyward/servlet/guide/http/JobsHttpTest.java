// snippet: http
package io.keyward.servlet.guide.http;

import static io.keyward.servlet.Access.anyRole;
import static io.keyward.servlet.Access.denyAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.keyward.ApiKeyVerifier;
import io.keyward.LiveKeyRing;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.store.IssuedKey;
import io.keyward.testing.MovableClock;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobsHttpTest {
    private final MovableClock clock = MovableClock.at("2026-11-23T12:00:00Z");
    private final ThrowAwayKeys keys = ThrowAwayKeys.at(clock, "client");
    private final RoleModel roles = RoleModel.of(Role.of("client"), Role.of("admin"));
    private final Server server = new Server(0); // any free port

    @BeforeEach
    void start() throws Exception {
        ApiKeyFilter filter = ApiKeyFilter.builder()
                .verifier(ApiKeyVerifier.of(LiveKeyRing.of(keys.ring(roles)), clock))
                .rule("/jobs", anyRole("client"))
                .rule("/keys", anyRole("admin"))
                .otherwise(denyAll())
                .build();
        ServletContextHandler context = new ServletContextHandler("/");
        context.addServlet(new WhoIsIt(), "/");
        context.addServletContainerInitializer(
                (classes, servletContext) -> ApiKeyFilter.register(servletContext, filter));
        server.setHandler(context);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    @Test
    void letsTheRightKeysIn() throws Exception {
        assertEquals(200, get("/jobs", keys.active()).statusCode());
        assertEquals(keys.active().id(), get("/jobs", keys.active()).body());
        assertEquals(403, get("/keys", keys.active()).statusCode());
        assertEquals(401, get("/jobs", keys.expired()).statusCode());
        assertEquals(401, get("/jobs", keys.revoked()).statusCode());
        assertEquals(401, get("/jobs", keys.unknown()).statusCode());
    }

    @Test
    void oldSecretWorksUntilTheOverlapIsOver() throws Exception {
        assertEquals(200, get("/jobs", keys.retiring()).statusCode());
        clock.advance(Duration.ofDays(1));
        assertEquals(401, get("/jobs", keys.retiring()).statusCode());
        assertEquals(200, get("/jobs", keys.renewed()).statusCode());
    }

    private HttpResponse<String> get(String path, IssuedKey key) throws Exception {
        URI uri = server.getURI().resolve(path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("X-Api-Key", key.key().reveal())
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    static class WhoIsIt extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print(request.getRemoteUser());
        }
    }
}
// end
