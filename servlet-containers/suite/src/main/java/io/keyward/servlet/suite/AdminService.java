package io.keyward.servlet.suite;

import static io.keyward.servlet.Access.authenticated;
import static io.keyward.servlet.Access.permitAll;

import io.keyward.admin.ApiKeyAdminPage;
import io.keyward.admin.ApiKeyAdminServlet;
import io.keyward.role.Permission;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.store.ApiKeys;
import io.keyward.store.InMemoryApiKeyStore;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * The admin servlet behind the filter on the container of the class path, at /app/admin, and the page at /app/page; at
 * /app/open/admin the filter lets everyone through.
 */
final class AdminService implements AutoCloseable {
    private static final RoleModel ROLES = RoleModel.of(
            Role.of("client").permitting("own-key:read", "own-key:rotate", "own-key:revoke"),
            Role.of("ops")
                    .permitting("keys:read", "keys:issue", "keys:change", "keys:rotate", "keys:revoke", "keys:disable"),
            Role.of("admin").including("client", "ops").permitting("jobs:run"),
            Role.of("administrator"),
            Role.of("admin2"),
            Role.of("Admin"));

    final ApiKeys keys = ApiKeys.over(InMemoryApiKeyStore.create())
            .roles(ROLES)
            .format("kw_test")
            .open();
    final IssuedKey admin = issue("admin");
    private final Container.Running running;

    AdminService() throws Exception {
        this(filter -> filter);
    }

    AdminService(UnaryOperator<ApiKeyFilter.Builder> settings) throws Exception {
        running = Container.onClassPath().start("/app", context -> {
            context.addServlet("error page", new ErrorPage()).addMapping("/err");
            ApiKeyFilter.register(
                    context,
                    settings.apply(ApiKeyFilter.builder()
                                    .verifier(keys.verifier())
                                    .rule("/page/*", permitAll())
                                    .rule("/open/*", permitAll())
                                    .identityHeader("X-Authenticated-Key", principal -> principal.id())
                                    .otherwise(authenticated()))
                            .build());
            ApiKeyAdminServlet.register(context, "/admin", keys);
            ApiKeyAdminServlet.register(context, "/open/admin", keys);
            ApiKeyAdminPage.register(context, "/page", "/admin");
        });
    }

    IssuedKey issue(String... roles) {
        return keys.manager()
                .issue(IssueRequest.builder()
                        .owner("alice")
                        .roles(roles)
                        .neverExpires()
                        .build());
    }

    IssuedKey issueWith(String... permissions) {
        return keys.manager()
                .issue(IssueRequest.builder()
                        .permissions(
                                Arrays.stream(permissions).map(Permission::of).toList())
                        .neverExpires()
                        .build());
    }

    int size() {
        return keys.ring().current().size();
    }

    int port() {
        return running.port();
    }

    /** Sends a call by the key of the administrator; the headers may name another. */
    RawHttp.Answer send(String methodAndPath, String body, String... headers) throws IOException {
        return sendAs(admin, methodAndPath, body, headers);
    }

    /** Sends a call by a key, null for none. A body is written with single quotes, null for none. */
    RawHttp.Answer sendAs(IssuedKey key, String methodAndPath, String body, String... headers) throws IOException {
        return RawHttp.send(
                port(), request(key == null ? null : key.key().reveal(), methodAndPath, body, "close", headers));
    }

    /** Returns the bytes of a call. */
    static String request(String key, String methodAndPath, String body, String connection, String... headers) {
        String[] parts = methodAndPath.split(" ", 2);
        StringBuilder request = new StringBuilder(parts[0] + " /app" + parts[1] + " HTTP/1.1\r\nHost: h\r\n");
        if (key != null) {
            request.append("X-Api-Key: ").append(key).append("\r\n");
        }
        boolean typed = false;
        for (String header : headers) {
            request.append(header).append("\r\n");
            typed |= header.startsWith("Content-Type:");
        }
        request.append("Connection: ").append(connection).append("\r\n");
        if (body == null) {
            return request + "\r\n";
        }
        String json = body.replace('\'', '"');
        return request
                + (typed ? "" : "Content-Type: application/json\r\n")
                + "Content-Length: " + json.getBytes(StandardCharsets.ISO_8859_1).length
                + "\r\n\r\n" + json;
    }

    @Override
    public void close() throws IOException {
        running.close();
        keys.close();
    }

    /** What the application answers in place of the container: no body of ours may give way to it. */
    private static final class ErrorPage extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().print("ERROR PAGE");
        }
    }
}
