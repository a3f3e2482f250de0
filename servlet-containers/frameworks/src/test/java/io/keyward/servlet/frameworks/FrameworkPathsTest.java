package io.keyward.servlet.frameworks;

import static io.keyward.servlet.Access.anyRole;
import static io.keyward.servlet.Access.authenticated;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.keyward.ApiKey;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.testing.ThrowAwayKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs the tables of docs/servlet.md: what each framework finds, and that the rules hold. */
@DisplayName("issue 14.1 rules and the spellings of a path")
class FrameworkPathsTest {
    private static final ApiKey CLIENT = ThrowAwayKeys.newKey();
    private static final ApiKey ADMIN = ThrowAwayKeys.newKey();
    private static final ApiKeyVerifier VERIFIER = ApiKeyVerifier.of(KeyRing.builder()
            .roles(RoleModel.of(Role.of("client"), Role.of("admin")))
            .add(ThrowAwayKeys.recordOf(CLIENT).roles("client").build())
            .add(ThrowAwayKeys.recordOf(ADMIN).roles("admin").build())
            .build());
    private static final String OVERRIDE = "X-HTTP-Method-Override: DELETE";
    private static final String[] OVERRIDING_FORM = {
        "Content-Type: application/x-www-form-urlencoded", "\r\n_method=DELETE"
    };

    private static final List<FrameworkServer> AS_THEY_COME = new ArrayList<>();
    private static final List<FrameworkServer> LENIENT = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        for (Framework framework : Framework.values()) {
            AS_THEY_COME.add(new FrameworkServer(framework, false));
            LENIENT.add(new FrameworkServer(framework, true));
        }
    }

    @AfterAll
    static void stop() throws Exception {
        for (FrameworkServer server :
                Stream.concat(AS_THEY_COME.stream(), LENIENT.stream()).toList()) {
            server.close();
        }
    }

    /** A row of the table: the request line, and for each framework whether it finds the handler. */
    record Row(boolean lenient, String request, List<String> cells) {
        List<FrameworkServer> servers() {
            return lenient ? LENIENT : AS_THEY_COME;
        }

        @Override
        public String toString() {
            return request + (lenient ? ", all settings on" : "");
        }
    }

    static List<Row> rows() throws IOException {
        String guide = Files.readString(Path.of("..", "..", "docs", "servlet.md"));
        return Stream.concat(
                        rows(guide, "| Request | Jersey | RESTEasy | Spring MVC |", false),
                        rows(guide, "| Request, settings on | Jersey | RESTEasy | Spring MVC |", true))
                .toList();
    }

    private static Stream<Row> rows(String guide, String head, boolean lenient) {
        return guide.substring(guide.indexOf(head))
                .lines()
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.substring(2, line.length() - 2).split(" \\| "))
                .map(cells -> new Row(
                        lenient, cells[0].replace("`", ""), List.of(cells).subList(1, cells.length)));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void guideSaysWhatEachFrameworkFinds(Row row) throws IOException {
        List<String> found = new ArrayList<>();
        for (FrameworkServer server : row.servers()) {
            server.openToAll();
            FrameworkServer.Answer answer = server.send(row.request);
            found.add(answer.ran().isEmpty() ? answer.status() : "found");
        }
        assertEquals(row.cells, found);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void ruleHolds(Row row) throws IOException {
        for (String path : List.of("/v1/reports", "/v1/reports/", "/v1/reports/*")) {
            ApiKeyFilter filter = filter().rule("GET", path, anyRole("admin")).build();
            for (int i = 0; i < row.servers().size(); i++) {
                FrameworkServer server = row.servers().get(i);
                server.guardBy(filter);
                assertEquals(List.of(), send(server, row.request, CLIENT).ran(), path);
                FrameworkServer.Answer admin = send(server, row.request, ADMIN);
                if (!admin.status().equals("400")) {
                    assertEquals(row.cells.get(i).equals("found"), !admin.ran().isEmpty(), path);
                }
            }
        }
    }

    @Test
    void ruleForOneMethodDoesNotHoldWhereTheFrameworkOverridesMethods() throws IOException {
        ApiKeyFilter oneMethod =
                filter().rule("DELETE", "/v1/reports", anyRole("admin")).build();
        ApiKeyFilter everyMethod =
                filter().rule("/v1/reports", anyRole("admin")).build();
        for (Framework framework : List.of(Framework.JERSEY, Framework.SPRING_MVC)) {
            FrameworkServer server = LENIENT.get(framework.ordinal());
            String[] override = framework == Framework.JERSEY ? new String[] {OVERRIDE} : OVERRIDING_FORM;
            server.guardBy(oneMethod);
            assertEquals(
                    List.of("DELETE"),
                    send(server, "POST /v1/reports", CLIENT, override).ran());
            server.guardBy(everyMethod);
            assertEquals(
                    List.of(),
                    send(server, "POST /v1/reports", CLIENT, override).ran());
        }
    }

    @Test
    void ruleHoldsWhereTheFrameworkIgnoresCase() throws IOException {
        FrameworkServer server = LENIENT.get(Framework.SPRING_MVC.ordinal());
        for (String path : List.of("/v1/reports", "/v1/Reports", "/V1/*")) {
            server.guardBy(filter().rule(path, anyRole("admin")).build());
            for (String request : List.of("GET /V1/Reports", "GET /v1/reports", "GET /v1/REPORTS")) {
                assertEquals(List.of(), send(server, request, CLIENT).ran(), request);
                assertEquals(List.of("GET"), send(server, request, ADMIN).ran(), request);
            }
        }
    }

    private static ApiKeyFilter.Builder filter() {
        return ApiKeyFilter.builder().verifier(VERIFIER).otherwise(authenticated());
    }

    private static FrameworkServer.Answer send(FrameworkServer server, String request, ApiKey key, String... headers)
            throws IOException {
        List<String> all = new ArrayList<>(List.of("X-Api-Key: " + key.reveal()));
        all.addAll(List.of(headers));
        return server.send(request, all.toArray(String[]::new));
    }
}
