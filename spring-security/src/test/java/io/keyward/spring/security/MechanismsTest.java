package io.keyward.spring.security;

import static io.keyward.spring.security.ApiKeysConfigurer.apiKeys;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.springframework.security.config.Customizer.withDefaults;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestBuilders.formLogin;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;

import com.nimbusds.jose.jwk.source.ImmutableSecret;
import io.keyward.KeyFormat;
import io.keyward.servlet.KeySources;
import io.keyward.testing.ThrowAwayKeys;
import jakarta.servlet.http.Cookie;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.HttpSessionSecurityContextRepository;
import org.springframework.test.web.servlet.MvcResult;

@DisplayName("issue 21: keys alone and next to other mechanisms")
class MechanismsTest {
    private static final SecretKey JWT_SECRET = new SecretKeySpec(new byte[32], "HmacSHA256");
    private static final String PASSWORD = "throw-away";
    private static final String BASIC = "Basic " + Base64.getEncoder().encodeToString(("user:" + PASSWORD).getBytes());

    private static String jwt() {
        JwtClaimsSet claims = JwtClaimsSet.builder()
                .subject("sub")
                .expiresAt(Instant.now().plusSeconds(3600))
                .build();
        return new NimbusJwtEncoder(new ImmutableSecret<>(JWT_SECRET))
                .encode(JwtEncoderParameters.from(
                        JwsHeader.with(MacAlgorithm.HS256).build(), claims))
                .getTokenValue();
    }

    @Configuration
    static class KeysAlone {
        @Bean
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(apiKeys(keys), withDefaults())
                    .authorizeHttpRequests(paths -> paths.requestMatchers("/open")
                            .permitAll()
                            .anyRequest()
                            .authenticated())
                    .build();
        }
    }

    @Configuration
    static class WithJwt {
        @Bean
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(apiKeys(keys), withDefaults())
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .build();
        }

        @Bean
        JwtDecoder decoder() {
            return NimbusJwtDecoder.withSecretKey(JWT_SECRET).build();
        }
    }

    @Configuration
    static class JwtFirst extends WithJwt {
        @Bean
        @Override
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .with(apiKeys(keys), withDefaults())
                    .build();
        }
    }

    @Configuration
    static class WithFormLogin {
        @Bean
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(apiKeys(keys), withDefaults())
                    .formLogin(withDefaults())
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .build();
        }

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("user").password("{noop}" + PASSWORD).build());
        }
    }

    @Configuration
    static class WithBasic extends WithFormLogin {
        @Bean
        @Override
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(apiKeys(keys), withDefaults())
                    .httpBasic(withDefaults())
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .build();
        }
    }

    /** Saves every caller into the session, as applications that began with Spring Security 5 do. */
    @Configuration
    static class WithImplicitSave extends WithFormLogin {
        @Bean
        @Override
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(apiKeys(keys), withDefaults())
                    .formLogin(withDefaults())
                    .securityContext(context -> context.requireExplicitSave(false))
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .build();
        }
    }

    /** Has a {@code SessionManagementFilter}, which knows nothing of the caller of a key. */
    @Configuration
    static class WithMaximumSessions extends WithFormLogin {
        @Bean
        @Override
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(apiKeys(keys), withDefaults())
                    .formLogin(withDefaults())
                    .sessionManagement(sessions -> sessions.maximumSessions(1))
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .build();
        }
    }

    @Configuration
    static class WithBoth extends WithFormLogin {
        @Bean
        @Override
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(apiKeys(keys), withDefaults())
                    .formLogin(withDefaults())
                    .securityContext(context -> context.requireExplicitSave(false)
                            .securityContextRepository(new HttpSessionSecurityContextRepository()))
                    .sessionManagement(sessions -> sessions.requireExplicitAuthenticationStrategy(false)
                            .sessionFixation()
                            .changeSessionId())
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .build();
        }
    }

    static Stream<Arguments> table() {
        return Stream.of(
                //                            none   key      bad    JWT        key and JWT
                Arguments.of(KeysAlone.class, List.of("401", "200 key", "401", "401", "401")),
                Arguments.of(WithJwt.class, List.of("401", "200 key", "401", "200 sub", "401")),
                Arguments.of(JwtFirst.class, List.of("401", "200 key", "401", "200 sub", "401")),
                Arguments.of(WithFormLogin.class, List.of("401", "200 key", "401", "401", "401")),
                Arguments.of(WithBasic.class, List.of("401", "200 key", "401", "401", "401")));
    }

    @ParameterizedTest
    @MethodSource("table")
    void namesOneCallerOrNobody(Class<?> chain, List<String> expected) throws Exception {
        try (TestApplication app = TestApplication.with(chain)) {
            String jwt = "Bearer " + jwt();
            for (String[] place : List.of(new String[] {"X-Api-Key", ""}, new String[] {"Authorization", "Bearer "})) {
                String key = place[1] + app.keys.client();
                String bad = place[1] + app.keys.unknown();
                List<String> answers = List.of(
                        app.answer("GET", "/v1/jobs"),
                        app.answer("GET", "/v1/jobs", place[0], key),
                        app.answer("GET", "/v1/jobs", place[0], bad),
                        app.answer("GET", "/v1/jobs", "Authorization", jwt),
                        app.answer("GET", "/v1/jobs", place[0], key, "Authorization", jwt));
                assertEquals(
                        expected.stream()
                                .map(cell -> cell.replace("key", app.keys.clientId()))
                                .toList(),
                        answers,
                        place[0]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("table")
    void neverMakesASessionForAClientOfTheApi(Class<?> chain, List<String> expected) throws Exception {
        try (TestApplication app = TestApplication.with(chain)) {
            for (String key : List.of(app.keys.client(), app.keys.unknown())) {
                MvcResult result = app.send("GET", "/v1/jobs", TestApplication.headers("X-Api-Key", key));
                assertNull(result.getRequest().getSession(false));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {WithImplicitSave.class, WithMaximumSessions.class, WithBoth.class})
    void storesNoCallerInASessionWhateverTheSettingsOfSessions(Class<?> chain) throws Exception {
        try (TestApplication app = TestApplication.with(chain)) {
            MvcResult first = app.send("GET", "/v1/jobs", TestApplication.headers("X-Api-Key", app.keys.client()));
            assertEquals(app.keys.clientId(), body(first));
            assertNull(first.getRequest().getSession(false));

            // The session of a cart, for example, which exists before the key comes.
            MockHttpSession session = new MockHttpSession();
            String id = session.getId();
            assertEquals(
                    app.keys.clientId(),
                    body(app.mvc
                            .perform(get("/v1/jobs").session(session).header("X-Api-Key", app.keys.client()))
                            .andReturn()));
            assertEquals(id, session.getId());
            assertEquals(List.of(), Collections.list(session.getAttributeNames()));
            assertEquals(
                    401,
                    app.mvc
                            .perform(get("/v1/jobs").session(session).accept("application/json"))
                            .andReturn()
                            .getResponse()
                            .getStatus());
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {WithImplicitSave.class, WithMaximumSessions.class, WithBoth.class})
    void leavesTheUserOfASessionInIt(Class<?> chain) throws Exception {
        try (TestApplication app = TestApplication.with(chain)) {
            MockHttpSession session = (MockHttpSession) app.mvc
                    .perform(formLogin().user("user").password(PASSWORD))
                    .andReturn()
                    .getRequest()
                    .getSession(false);
            assertEquals(
                    app.keys.clientId(),
                    body(app.mvc
                            .perform(get("/v1/jobs").session(session).header("X-Api-Key", app.keys.client()))
                            .andReturn()));
            assertEquals(
                    "user",
                    body(app.mvc.perform(get("/v1/jobs").session(session)).andReturn()));
        }
    }

    @Test
    void makesNoSessionWithoutAKeyWhereNobodyCanLogIn() throws Exception {
        try (TestApplication app = TestApplication.with(KeysAlone.class)) {
            for (String accept : List.of("*/*", "text/html", "application/json")) {
                MvcResult result = app.mvc
                        .perform(get("/v1/jobs").header("Accept", accept))
                        .andReturn();
                assertEquals(401, result.getResponse().getStatus());
                assertNull(result.getRequest().getSession(false), accept);
            }
        }
    }

    @Test
    void leavesOpenPathsOpenAndDeniesABadKeyThereToo() throws Exception {
        try (TestApplication app = TestApplication.with(KeysAlone.class)) {
            assertEquals("200 nobody", app.answer("GET", "/open"));
            assertEquals("401", app.answer("GET", "/open", "X-Api-Key", app.keys.unknown()));
        }
    }

    @Test
    void showsBrowsersTheLoginPageAndKeepsTheSessionOutOfKeys() throws Exception {
        try (TestApplication app = TestApplication.with(WithFormLogin.class)) {
            MvcResult page = app.mvc
                    .perform(get("/v1/jobs").header("Accept", "text/html"))
                    .andReturn();
            assertEquals(302, page.getResponse().getStatus());
            MockHttpSession session = (MockHttpSession) app.mvc
                    .perform(formLogin().user("user").password(PASSWORD))
                    .andReturn()
                    .getRequest()
                    .getSession(false);
            assertEquals(
                    "user",
                    body(app.mvc.perform(get("/v1/jobs").session(session)).andReturn()));
            String byKey = body(app.mvc
                    .perform(get("/v1/jobs").session(session).header("X-Api-Key", app.keys.client()))
                    .andReturn());
            assertEquals(app.keys.clientId(), byKey);
            assertEquals(
                    "user",
                    body(app.mvc.perform(get("/v1/jobs").session(session)).andReturn()));
        }
    }

    private static String body(MvcResult result) throws Exception {
        return result.getResponse().getContentAsString();
    }

    @Test
    void takesTheUsersPasswordOrAKeyAndNotBoth() throws Exception {
        try (TestApplication app = TestApplication.with(WithBasic.class)) {
            assertEquals("200 user", app.answer("GET", "/v1/jobs", "Authorization", BASIC));
            assertEquals("401", app.answer("GET", "/v1/jobs", "Authorization", BASIC, "X-Api-Key", app.keys.client()));
        }
        try (TestApplication app = TestApplication.with(KeysAlone.class)) {
            // Nobody here reads it: a proxy's own.
            assertEquals(
                    "200 " + app.keys.clientId(),
                    app.answer("GET", "/v1/jobs", "Authorization", BASIC, "X-Api-Key", app.keys.client()));
        }
    }

    @Test
    void keysMadeElsewhereComeInAHeaderOfTheirOwnWhereTokensAreBearers() throws Exception {
        try (TestApplication app = TestApplication.with(WithJwt.class)) {
            String foreign = "client_dev_key_1_valid";
            int before = app.keys.verifications.get();
            assertEquals("401", app.answer("GET", "/v1/jobs", "Authorization", "Bearer " + foreign));
            assertEquals(before, app.keys.verifications.get());
            assertEquals("401", app.answer("GET", "/v1/jobs", "Authorization", "ApiKey " + foreign));
            assertEquals("401", app.answer("GET", "/v1/jobs", "X-Api-Key", foreign));
            assertEquals(before + 2, app.keys.verifications.get());
            assertEquals(
                    "200 " + app.keys.clientId(),
                    app.answer("GET", "/v1/jobs", "Authorization", "ApiKey " + app.keys.client()));
        }
    }

    @Configuration
    static class JwtElsewhere extends WithJwt {
        @Bean
        BearerTokenResolver anyHeader() {
            return request -> request.getHeader("X-Token");
        }
    }

    @Test
    @DisplayName("G2: a key together with a token that is not in Authorization")
    void deniesAKeyWithATokenFromElsewhere() throws Exception {
        try (TestApplication app = TestApplication.with(JwtElsewhere.class)) {
            assertEquals("200 sub", app.answer("GET", "/v1/jobs", "X-Token", jwt()));
            assertEquals("200 " + app.keys.clientId(), app.answer("GET", "/v1/jobs", "X-Api-Key", app.keys.client()));
            assertEquals("401", app.answer("GET", "/v1/jobs", "X-Api-Key", app.keys.client(), "X-Token", jwt()));
        }
    }

    @Configuration
    static class WithFormats extends WithJwt {
        @Bean
        @Override
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(apiKeys(keys), c -> c.bearer(KeyFormat.of("acme_live"), ThrowAwayKeys.FORMAT))
                    .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .build();
        }
    }

    @Test
    void bearersWithAnotherPrefixAreTokensOfOthers() throws Exception {
        try (TestApplication app = TestApplication.with(WithFormats.class)) {
            assertEquals(
                    "200 " + app.keys.clientId(),
                    app.answer("GET", "/v1/jobs", "Authorization", "bearer  " + app.keys.client()));
            String other = app.keys.client().replace("kw_test", "kw_prod");
            int before = app.keys.verifications.get();
            assertEquals("401", app.answer("GET", "/v1/jobs", "Authorization", "Bearer " + other));
            assertEquals(before, app.keys.verifications.get());
            String typo = app.keys.client().replaceFirst(".$", "-");
            assertEquals("401", app.answer("GET", "/v1/jobs", "Authorization", "Bearer " + typo));
        }
    }

    @Configuration
    static class WithCookies {
        @Bean
        SecurityFilterChain chain(HttpSecurity http, TestKeys keys) throws Exception {
            return http.with(
                            apiKeys(keys),
                            c -> c.sources(
                                    KeySources.header("X-Api-Key"),
                                    KeySources.cookie("key"),
                                    KeySources.queryParameter("key")))
                    .authorizeHttpRequests(paths -> paths.anyRequest().authenticated())
                    .build();
        }
    }

    @Test
    void exemptsKeysInHeadersFromCsrfAndNoOthers() throws Exception {
        try (TestApplication app = TestApplication.with(WithCookies.class)) {
            String key = app.keys.client();
            assertEquals("200 " + app.keys.clientId(), app.answer("POST", "/v1/jobs", "X-Api-Key", key));
            assertEquals("401", app.answer("POST", "/v1/jobs", "X-Api-Key", app.keys.unknown()));
            assertEquals("401", app.answer("POST", "/v1/jobs"));
            Cookie cookie = new Cookie("key", key);
            assertEquals(
                    200, status(app.mvc.perform(get("/v1/jobs").cookie(cookie)).andReturn()));
            assertEquals(
                    403, status(app.mvc.perform(post("/v1/jobs").cookie(cookie)).andReturn()));
            assertEquals(200, status(app.mvc.perform(get("/v1/jobs?key=" + key)).andReturn()));
            assertEquals(
                    403, status(app.mvc.perform(post("/v1/jobs?key=" + key)).andReturn()));
            assertEquals(
                    401,
                    status(app.mvc
                            .perform(post("/v1/jobs").cookie(cookie).header("X-Api-Key", key))
                            .andReturn()));
        }
    }

    private static int status(MvcResult result) {
        return result.getResponse().getStatus();
    }

    @Test
    void asksASessionForItsCsrfToken() throws Exception {
        try (TestApplication app = TestApplication.with(WithFormLogin.class)) {
            MockHttpSession session = (MockHttpSession) app.mvc
                    .perform(formLogin().user("user").password(PASSWORD))
                    .andReturn()
                    .getRequest()
                    .getSession(false);
            assertEquals(
                    403,
                    status(app.mvc.perform(post("/v1/jobs").session(session)).andReturn()));
        }
    }
}
