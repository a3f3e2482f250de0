package io.keyward.admin;

import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Drives a Chromium without a window by the W3C WebDriver protocol, which is JSON over HTTP. */
final class WebDriver implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process process;
    private final String base;
    private String session = "";

    /** Starts a browser that keeps its profile in this directory. */
    WebDriver(Path profile) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        base = "http://127.0.0.1:" + port;
        process = new ProcessBuilder(program("chromedriver").orElseThrow().toString(), "--port=" + port)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        until("chromedriver", () -> {
            try {
                return call("GET", "/status", null).asJsonObject().getBoolean("ready");
            } catch (RuntimeException notYet) {
                return false;
            }
        });
        var arguments = Json.array();
        Stream.of(
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--disable-dev-shm-usage",
                        "--window-size=1100,900",
                        "--user-data-dir=" + profile)
                .forEach(arguments::add);
        var capabilities = Json.object()
                .add("goog:loggingPrefs", Json.object().add("browser", "ALL"))
                .add(
                        "goog:chromeOptions",
                        Json.object()
                                .add("binary", program("chromium").orElseThrow().toString())
                                .add("args", arguments));
        session = "/session/"
                + call(
                                "POST",
                                "/session",
                                Json.object()
                                        .add("capabilities", Json.object().add("alwaysMatch", capabilities))
                                        .build())
                        .asJsonObject()
                        .getString("sessionId");
    }

    /** Returns a program of the search path. */
    static Optional<Path> program(String name) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    void open(String url) {
        call("POST", session + "/url", Json.object().add("url", url).build());
    }

    void click(String css) {
        call("POST", session + "/element/" + find(css) + "/click", JsonValue.EMPTY_JSON_OBJECT);
    }

    /** Types into a field after what is in it. */
    void type(String css, String text) {
        call(
                "POST",
                session + "/element/" + find(css) + "/value",
                Json.object().add("text", text).build());
    }

    /** Puts a text into a field at once, as the clipboard does; each key that is typed is several messages. */
    void paste(String css, String text) {
        until(css, () -> isShown(css));
        run("document.querySelector(arguments[0]).focus()", css);
        devTools("Input.insertText", Json.object().add("text", text).build());
    }

    /** Chooses the option of this value. */
    void choose(String css, String value) {
        run(
                "const s = document.querySelector(arguments[0]); s.value = arguments[1];"
                        + " s.dispatchEvent(new Event('change', {bubbles: true}));",
                css,
                value);
    }

    /** Returns the text that a person sees. */
    String text(String css) {
        return ((JsonString) whenShown(css, "e.innerText")).getString().strip();
    }

    boolean isShown(String css) {
        return ifShown(css, "true") == JsonValue.TRUE;
    }

    private String find(String css) {
        return whenShown(css, "e").asJsonObject().getString(ELEMENT);
    }

    /** Waits until a text is seen. */
    void untilText(String css, String text) {
        until(
                css + " with " + text,
                () -> ifShown(css, "e.innerText") instanceof JsonString shown
                        && shown.getString().contains(text));
    }

    private JsonValue whenShown(String css, String value) {
        AtomicReference<JsonValue> shown = new AtomicReference<>(JsonValue.NULL);
        until(css, () -> {
            shown.set(ifShown(css, value));
            return shown.get() != JsonValue.NULL;
        });
        return shown.get();
    }

    /** Returns a value of the first element {@code e} that a selector finds; null if that element cannot be seen. */
    private JsonValue ifShown(String css, String value) {
        return run(
                "const e = document.querySelector(arguments[0]); return e && e.getClientRects().length > 0 ? " + value
                        + " : null;",
                css);
    }

    void until(String what, BooleanSupplier condition) {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("still no " + what
                        + (session.isEmpty()
                                ? ""
                                : "; the page says: " + run("return document.body.innerText") + " " + log()));
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** Runs the body of a function in the page. */
    JsonValue run(String script, String... arguments) {
        return execute("sync", script, arguments);
    }

    /** Runs a function that ends by calling its last argument. */
    JsonValue runAsync(String script, String... arguments) {
        return execute("async", script, arguments);
    }

    private JsonValue execute(String kind, String script, String... arguments) {
        var array = Json.array();
        List.of(arguments).forEach(array::add);
        return call(
                "POST",
                session + "/execute/" + kind,
                Json.object().add("script", script).add("args", array).build());
    }

    /** Sends a command of the DevTools protocol. */
    JsonValue devTools(String command, JsonObject parameters) {
        return call(
                "POST",
                session + "/goog/cdp/execute",
                Json.object().add("cmd", command).add("params", parameters).build());
    }

    /** Returns what the browser logged since the last time: policy violations, script errors, failed loads. */
    JsonArray log() {
        return call(
                        "POST",
                        session + "/se/log",
                        Json.object().add("type", "browser").build())
                .asJsonArray();
    }

    byte[] screenshot() {
        return Base64.getDecoder().decode(((JsonString) call("GET", session + "/screenshot", null)).getString());
    }

    void reload() {
        call("POST", session + "/refresh", JsonValue.EMPTY_JSON_OBJECT);
    }

    /** Returns the window that the other commands are about. */
    String window() {
        return ((JsonString) call("GET", session + "/window", null)).getString();
    }

    /** Waits for a second window and returns it. */
    String otherWindow(String first) {
        until("second window", () -> windows().size() == 2);
        return windows().stream()
                .filter(each -> !each.equals(first))
                .findFirst()
                .orElseThrow();
    }

    private List<String> windows() {
        return call("GET", session + "/window/handles", null).asJsonArray().getValuesAs(JsonString::getString);
    }

    void switchTo(String window) {
        call("POST", session + "/window", Json.object().add("handle", window).build());
    }

    void closeWindow() {
        call("DELETE", session + "/window", null);
    }

    void back() {
        call("POST", session + "/back", JsonValue.EMPTY_JSON_OBJECT);
    }

    private JsonValue call(String method, String path, JsonValue body) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(base + path))
                    .timeout(PATIENCE)
                    .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.toString()))
                    .header("Content-Type", "application/json")
                    .build();
            String text = client.send(request, BodyHandlers.ofString()).body();
            JsonValue value = jakarta.json.Json.createReader(new java.io.StringReader(text))
                    .readObject()
                    .get("value");
            if (value instanceof JsonObject object && object.containsKey("error")) {
                throw new IllegalStateException(object.getString("error") + ": " + object.getString("message"));
            }
            return value;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws Exception {
        try {
            if (!session.isEmpty()) {
                call("DELETE", session, null);
            }
        } finally {
            process.destroy();
            process.waitFor();
        }
    }
}
