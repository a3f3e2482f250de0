package io.keyward.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyward.KeyState;
import io.keyward.servlet.KeySources;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.testing.MovableClock;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The page in a real Chromium. Left out, with one line that says so, where there is no {@code chromium} and
 * {@code chromedriver}; {@code -Dtests.browser=required} makes that a failure.
 */
class AdminPageBrowserTest {
    private static final String MARKUP = "<img src=x onerror=alert(1)><b>bold</b>";
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private static Path profile;
    private static WebDriver browser;

    private AdminService service;

    @BeforeAll
    static void startBrowser() throws Exception {
        boolean installed = WebDriver.program("chromium").isPresent()
                && WebDriver.program("chromedriver").isPresent();
        if (!installed && "required".equals(System.getProperty("tests.browser"))) {
            throw new IllegalStateException(
                    "tests.browser is required, and chromium or chromedriver is not on the PATH");
        }
        if (!installed) {
            System.out.println(
                    "left out: the tests of the admin page, because chromium or chromedriver is not installed");
        }
        assumeTrue(installed, "chromium or chromedriver is not installed");
        profile = Files.createTempDirectory("admin-page");
        browser = new WebDriver(profile);
    }

    @AfterAll
    static void stopBrowser() throws Exception {
        if (browser != null) {
            browser.close();
            delete(profile);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    @BeforeEach
    void open() {
        service = new AdminService(MovableClock.at(Instant.now().toString()), settings -> settings);
        browser.log();
        browser.open(service.origin() + AdminService.PAGE);
    }

    @AfterEach
    void close() throws Exception {
        browser.open("about:blank");
        service.close();
    }

    private void signIn() {
        browser.paste("#key", service.admin.key().reveal());
        browser.click("#sign-in");
        browser.untilText("#count", "key");
    }

    private void show(IssuedKey key) {
        browser.run("location.hash = arguments[0]", "#key=" + key.id());
        browser.untilText("#h-details", key.id());
        browser.untilText("#details", "What it may do");
    }

    private int callWith(String key) {
        return service.request("GET", "/me").key(key).send().status();
    }

    @Test
    void issuesCopiesRotatesAndRevokesAKey() {
        signIn();
        browser.click("a[href='#issue']");
        browser.type("#issue-form-owner", "bob");
        browser.type("#issue-form-name", "laptop");
        browser.click("#issue-form-role-client");
        browser.click("#issue-form [type=submit]");
        String key = browser.text("#secret-text");
        assertEquals(200, callWith(key));

        browser.devTools(
                "Browser.grantPermissions",
                Json.object()
                        .add(
                                "permissions",
                                Json.array().add("clipboardReadWrite").add("clipboardSanitizedWrite"))
                        .build());
        browser.click("#secret-copy");
        browser.untilText("#secret-note", "Copied.");
        assertEquals(
                key,
                ((JsonString) browser.runAsync("navigator.clipboard.readText().then(arguments[arguments.length - 1])"))
                        .getString());
        // Escape must not lose the key
        browser.type("#secret-copy", "\uE00C");
        assertEquals(key, browser.text("#secret-text"));
        browser.click("#secret-done");
        assertFalse(source().contains(key), "the key is still in the page");

        browser.click("a[href='#keys']");
        browser.type("#f-text", "bob\uE007");
        browser.untilText("#count", "1 key");
        browser.click("#rows a");
        browser.untilText("#details", "role client");

        browser.click("#do-rotate");
        browser.choose("#overlap", "PT1H");
        browser.click("#act-do");
        String second = browser.text("#secret-text");
        browser.click("#secret-done");
        browser.untilText("#details", "old secret in use");
        assertEquals(List.of(200, 200), List.of(callWith(key), callWith(second)));
        service.clock.advance(Duration.ofHours(2));
        assertEquals(List.of(401, 200), List.of(callWith(key), callWith(second)));

        browser.click("#do-revoke");
        browser.type("#confirm-id", "another");
        browser.click("#act-do");
        browser.untilText("#act-alert", "nothing was done");
        assertEquals(200, callWith(second));
        browser.run("document.getElementById('confirm-id').value = ''");
        String id = browser.text("#h-details").replace("Key ", "");
        browser.type("#confirm-id", id + "\uE007");
        browser.untilText("#notice", "revoked");
        assertEquals(401, callWith(second));
        assertEquals(List.of(), browser.log());
    }

    private static String source() {
        return browser.run("return document.documentElement.outerHTML").toString();
    }

    @Test
    void showsMarkupInOwnerNameAndMetadataAsText() {
        IssuedKey key = service.manager.issue(IssueRequest.builder()
                .owner(MARKUP)
                .name(MARKUP)
                .metadata(Map.of("note", MARKUP))
                .build());
        signIn();
        browser.untilText("#rows", MARKUP);
        show(key);
        browser.untilText("#details", MARKUP);
        assertEquals(JsonValue.TRUE, browser.run("return !document.querySelector('main img, main b')"));
        browser.click("#change-box summary");
        browser.click("#change-form [type=submit]");
        browser.untilText("#alert", "Nothing was changed");
        browser.type("#change-form-name", " 2");
        browser.click("#change-form [type=submit]");
        browser.untilText("#notice", "stored");
        assertEquals(MARKUP + " 2", service.stored(key).name());
        assertEquals(MARKUP, service.stored(key).metadata().get("note"));
        assertEquals(List.of(), browser.log());
    }

    @Test
    @DisplayName("PR-13: an edit of the name changes nothing else, also where texts have blanks at their ends")
    void changesOnlyWhatThePersonChanged() {
        IssuedKey key = service.manager.issue(IssueRequest.builder()
                .owner(" carol ")
                .roles("client")
                .metadata(Map.of("note", " two  blanks ", "toString", "x"))
                .build());
        signIn();
        show(key);
        browser.click("#change-box summary");
        browser.type("#change-form-name", "laptop");
        browser.click("#change-form [type=submit]");
        browser.untilText("#notice", "stored");

        assertEquals("laptop", service.stored(key).name());
        assertEquals(" carol ", service.stored(key).owner());
        assertEquals(
                Map.of("note", " two  blanks ", "toString", "x"),
                service.stored(key).metadata());
        browser.click("#change-box summary");
        browser.run("document.querySelector('#change-form-metadata').value = ''");
        browser.click("#change-form [type=submit]");
        browser.untilText("#notice", "stored");
        assertEquals(Map.of(), service.stored(key).metadata());
    }

    /** PR-15. */
    @Test
    void forgetsTheKeyWhenThePageIsLeftAndAfterAQuarterOfAnHour() throws Exception {
        signIn();
        browser.open("about:blank");
        browser.back();
        browser.untilText("#h-sign-in", "Sign in");
        assertFalse(source().contains(service.admin.id()), "the list is still there");
        assertEquals("", ((JsonString) browser.run("return document.getElementById('key').value")).getString());

        signIn();
        browser.run("const now = Date.now(); Date.now = () => now + 15 * 60 * 1000;"
                + " document.dispatchEvent(new Event('visibilitychange'));");
        browser.untilText("#notice", "forgot the key");
        assertFalse(browser.isShown("#rows"));

        browser.open(service.origin() + AdminService.PAGE);
        signIn();
        browser.click("#forget");
        browser.untilText("#h-sign-in", "Sign in");
        assertFalse(source().contains(service.admin.id()), "the list is still there");
        String key = service.admin.key().reveal();
        Files.walkFileTree(profile, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    try {
                        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                        assertFalse(content.contains(key), file.toString());
                    } catch (NoSuchFileException e) {
                        return visitFileFailed(file, e);
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            /** The browser runs and deletes files of its own meanwhile. */
            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
    }

    @Test
    @DisplayName(
            "PR-15: an issued key, a typed key and the list are gone after a way back, a reload and in another tab")
    void showsNothingToWhoComesBack() {
        signIn();
        browser.click("a[href='#issue']");
        browser.type("#issue-form-owner", "bob");
        browser.click("#issue-form [type=submit]");
        String issued = browser.text("#secret-text");
        browser.open("about:blank");
        browser.back();
        assertAsksForTheKeyWithout(issued);

        browser.type("#key", service.admin.key().reveal());
        browser.open("about:blank");
        browser.back();
        assertAsksForTheKeyWithout(service.admin.key().reveal());
        browser.type("#key", service.admin.key().reveal());
        browser.reload();
        assertAsksForTheKeyWithout(service.admin.key().reveal());

        browser.run("location.hash = '#keys'");
        signIn();
        String first = browser.window();
        browser.run("window.open(location.href, '_blank', 'noopener')");
        String second = browser.otherWindow(first);
        browser.switchTo(second);
        assertAsksForTheKeyWithout(service.admin.id());
        browser.closeWindow();
        browser.switchTo(first);
        browser.untilText("#rows", service.admin.id());

        // what a browser does that keeps pages which must not be stored, whatever this one does
        browser.run("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}));"
                + " dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}));");
        assertAsksForTheKeyWithout(service.admin.id());
    }

    private void assertAsksForTheKeyWithout(String text) {
        browser.untilText("#h-sign-in", "Sign in");
        assertFalse(source().contains(text), "it is still in the page");
        assertEquals(
                JsonValue.TRUE,
                browser.run(
                        "return [...document.querySelectorAll('input:not([type=checkbox])')].every(f => !f.value)"));
    }

    @Test
    @DisplayName("PR-15: no field offers itself to the memory for forms or the password store")
    void asksTheBrowserToRememberNoField() {
        signIn();
        show(service.issue("client"));
        browser.click("#change-box summary");
        browser.click("#do-rotate");
        assertEquals(
                Json.array().build(),
                browser.run("return [...document.querySelectorAll('input, select, textarea')]"
                        + ".filter(f => f.autocomplete !== 'off' || f.type === 'password').map(f => f.id)"));
        assertEquals(
                JsonValue.TRUE,
                browser.run("return !document.getElementById('key').form && !document.getElementById('found').form"));
    }

    @Test
    @DisplayName("PR-17 a: works behind a proxy with Basic, whose header it leaves alone")
    void leavesTheLoginOfAProxyAlone() {
        service.front.wantsLogin = true;
        browser.open(service.origin().replace("://", "://anna:door@") + AdminService.PAGE);
        browser.open("about:blank");
        browser.open(service.origin() + AdminService.PAGE);
        signIn();
        browser.click("a[href='#report']");
        browser.untilText("#report", "in order");
        assertEquals(Set.of(AdminService.Front.LOGIN), service.front.authorizations);
    }

    @Test
    @DisplayName("PR-17 b: says that two credentials arrive where a proxy adds a token, and works where one is read")
    void namesTheTokenOfAProxy() throws Exception {
        service.front.adds = "Bearer token.of.proxy";
        browser.type("#key", service.admin.key().reveal());
        browser.click("#sign-in");
        browser.untilText("#alert", "two credentials");
        assertFalse(browser.isShown("#rows"));

        service.close();
        service = new AdminService(
                MovableClock.at(Instant.now().toString()),
                settings -> settings,
                filter -> filter.sources(KeySources.header("X-Api-Key")),
                ApiKeyAdminPage.of("/admin"));
        service.front.adds = "Bearer token.of.proxy";
        browser.open(service.origin() + AdminService.PAGE);
        signIn();
    }

    @ParameterizedTest(name = "PR-17 c: {0}")
    @ValueSource(ints = {401, 403, 502, 302})
    void keepsTheKeyWhereAProxyAnswers(int status) {
        signIn();
        service.front.answersBy = status;
        browser.click("a[href='#report']");
        browser.untilText("#alert", "in front of the service");
        browser.untilText("#alert", "Your key is still here");
        service.front.answersBy = 0;
        browser.click("#report-again");
        browser.untilText("#report", "in order");
    }

    @Test
    @DisplayName("PR-19: five times Enter issue one key")
    void issuesOneKeyForAnImpatientPerson() {
        signIn();
        int before = service.ring().size();
        browser.click("a[href='#issue']");
        service.guard.hold = new CountDownLatch(1);
        for (int i = 0; i < 5; i++) {
            browser.type("#issue-form-name", "n\uE007");
        }
        assertEquals(
                JsonValue.TRUE, browser.run("return document.querySelector('#issue-form [type=submit]').disabled"));
        service.guard.hold.countDown();
        browser.untilText("#secret-title", "Copy the key");
        browser.click("#secret-done");
        assertEquals(before + 1, service.ring().size());
    }

    @Test
    @DisplayName("PR-19: after a lost answer it leads to the key that nobody has, which is revoked there")
    void leadsToTheKeyWhoseAnswerGotLost() {
        service.clock.advance(Duration.ofMinutes(-30));
        signIn();
        IssuedKey older = service.issue("miner");
        service.keys.verifier().verify(older.key().reveal());
        browser.click("a[href='#issue']");
        browser.type("#issue-form-owner", "bob");
        service.store.losesAnswers = true;
        browser.click("#issue-form [type=submit]");
        browser.untilText("#alert", "not known whether the change was made");
        service.store.losesAnswers = false;
        service.store.isAway = false;
        browser.click("#alert button");
        browser.untilText("#count", "1 key");
        browser.untilText("#rows", "bob");
        browser.click("#rows a");
        browser.click("#do-revoke");
        String id = browser.text("#h-details").replace("Key ", "");
        browser.type("#confirm-id", id + "\uE007");
        browser.untilText("#notice", "revoked");
        assertEquals(KeyState.REVOKED, service.manager.find(id).orElseThrow().state());
    }

    @Test
    void saysWhatToDoAfterEachRefusal() {
        browser.click("#sign-in");
        browser.untilText("#alert", "Paste an admin key first");
        browser.type("#key", "kw test");
        browser.click("#sign-in");
        browser.untilText("#alert", "position 3");
        browser.run("document.getElementById('key').value = ''");
        browser.type("#key", "kw_test_no_key_of_this_service");
        browser.click("#sign-in");
        browser.untilText("#alert", "X-Api-Key");
        browser.run("document.getElementById('key').value = ''");
        signIn();
        browser.type("#f-text", "nobody\uE007");
        browser.untilText("#count", "Clear them");
        browser.click("#f-clear");
        browser.untilText("#count", "1 key");

        browser.click("a[href='#lookup']");
        IssuedKey leaked = service.issue("client");
        browser.type("#found", leaked.key().reveal() + "\uE007");
        browser.untilText("#lookup-answer", leaked.id());
        browser.untilText("#lookup-answer", "accepted now");
        browser.click("a[href='#report']");
        browser.untilText("#report", "in order");

        show(service.admin);
        browser.click("#do-disable");
        browser.click("#act-do");
        browser.untilText("#act-alert", "No other key could issue keys");
        browser.click("#act-cancel");

        show(leaked);
        service.manager.disable(leaked.id());
        browser.click("#do-rotate");
        browser.click("#act-do");
        browser.untilText("#act-alert", "loaded again");
        browser.click("#act-cancel");
        browser.untilText("#details", "disabled");

        service.store.isAway = true;
        browser.click("#do-enable");
        browser.click("#act-do");
        browser.untilText("#act-alert", "not known whether the change was made");
        service.store.isAway = false;
        browser.click("#act-cancel");

        service.manager.revoke(service.admin.id());
        browser.click("a[href='#keys']");
        browser.untilText("#alert", "not accepted any more");
        assertTrue(browser.isShown("#key"));
        assertEquals(KeyState.DISABLED, service.stored(leaked).state());
    }

    /** PR-20. */
    @Test
    void endsAKeyAtTheLastMomentOfTheLocalDay() {
        for (String zone : List.of("America/Los_Angeles", "Pacific/Kiritimati")) {
            browser.devTools(
                    "Emulation.setTimezoneOverride",
                    Json.object().add("timezoneId", zone).build());
            browser.open("about:blank");
            browser.open(service.origin() + AdminService.PAGE);
            signIn();
            browser.click("a[href='#issue']");
            browser.type("#issue-form-owner", zone);
            browser.choose("#issue-form-end", "day");
            browser.run("const f = document.getElementById('issue-form-day'); f.value = '2020-01-01';"
                    + " f.dispatchEvent(new Event('input'));");
            browser.click("#issue-form [type=submit]");
            browser.untilText("#alert", "That day is over");
            browser.run("const f = document.getElementById('issue-form-day'); f.value = '2031-03-30';"
                    + " f.dispatchEvent(new Event('input'));");
            browser.click("#issue-form [type=submit]");
            browser.click("#secret-done");
            var record = service.manager
                    .list(io.keyward.store.KeyFilter.all().owner(zone))
                    .get(0);
            Instant end = java.time.LocalDate.of(2031, 3, 31)
                    .atStartOfDay(java.time.ZoneId.of(zone))
                    .toInstant()
                    .minusMillis(1);
            assertEquals(end, record.current().expiresAt(), zone);
        }
        browser.devTools(
                "Emulation.setTimezoneOverride",
                Json.object().add("timezoneId", "").build());
    }

    @Test
    void isAccessibleInLightAndDarkAndOnAPhone() throws Exception {
        service.manager.issue(IssueRequest.builder()
                .owner("alice")
                .name("laptop")
                .roles("client")
                .metadata(Map.of("ticket", "OPS-7"))
                .expiresIn(Duration.ofDays(20))
                .build());
        IssuedKey batch = service.manager.issue(IssueRequest.builder()
                .owner("night-jobs")
                .name("batch")
                .roles("miner")
                .build());
        service.manager.rotate(batch.id(), Duration.ofHours(24));
        IssuedKey old = service.issue("client");
        service.manager.revoke(old.id());
        Files.createDirectories(SCREENSHOTS);
        String axe = System.getProperty("tests.axe", "");
        for (String scheme : List.of("light", "dark")) {
            browser.devTools(
                    "Emulation.setEmulatedMedia",
                    jakarta.json.Json.createObjectBuilder()
                            .add(
                                    "features",
                                    Json.array()
                                            .add(Json.object()
                                                    .add("name", "prefers-color-scheme")
                                                    .add("value", scheme)))
                            .build());
            browser.open("about:blank");
            browser.open(service.origin() + AdminService.PAGE);
            browser.untilText("#h-sign-in", "Sign in");
            check(axe, "sign-in " + scheme);
            signIn();
            check(axe, "keys " + scheme);
            Files.write(SCREENSHOTS.resolve("admin-keys-" + scheme + ".png"), browser.screenshot());
            // each view once, since it is the colours that differ
            for (String view : scheme.equals("light") ? List.of("issue", "lookup", "report") : List.of("issue")) {
                browser.click("a[href='#" + view + "']");
                browser.until(view, () -> browser.isShown("#view-" + view));
                check(axe, view + " " + scheme);
            }
            show(batch);
            check(axe, "details " + scheme);
            Files.write(SCREENSHOTS.resolve("admin-details-" + scheme + ".png"), browser.screenshot());
            browser.click("#do-revoke");
            check(axe, "revoke " + scheme);
        }
        browser.devTools(
                "Emulation.setDeviceMetricsOverride",
                Json.object()
                        .add("width", 360)
                        .add("height", 740)
                        .add("deviceScaleFactor", 1)
                        .add("mobile", true)
                        .build());
        browser.open("about:blank");
        browser.open(service.origin() + AdminService.PAGE);
        signIn();
        check(axe, "phone");
        assertEquals(
                JsonValue.TRUE,
                browser.run("return document.documentElement.scrollWidth <= window.innerWidth"),
                "the page is wider than the phone");
        browser.devTools("Emulation.clearDeviceMetricsOverride", JsonValue.EMPTY_JSON_OBJECT);
        assertEquals(List.of(), browser.log());
        if (axe.isEmpty()) {
            System.out.println("left out: the check of the admin page by axe-core; .ci/run installs it");
        }
    }

    private static void check(String axe, String what) throws IOException {
        if (axe.isEmpty()) {
            return;
        }
        if (browser.run("return typeof axe === 'undefined'") == JsonValue.TRUE) {
            // axe-core is evaluated by DevTools, which the page's policy does not concern
            browser.devTools(
                    "Runtime.evaluate",
                    Json.object()
                            .add("expression", Files.readString(Path.of(axe)))
                            .build());
        }
        JsonValue found = browser.runAsync("const done = arguments[arguments.length - 1];"
                + " axe.run(document, {resultTypes: ['violations'],"
                + " runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
                + ".then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' '))),"
                + " e => done(String(e)));");
        assertEquals(jakarta.json.JsonArray.EMPTY_JSON_ARRAY, found, what);
    }
}
