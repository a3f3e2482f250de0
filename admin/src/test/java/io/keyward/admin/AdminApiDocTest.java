package io.keyward.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyward.KeyState;
import io.keyward.store.IssuedKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Runs the lines of docs/admin-api.md from top to bottom in one shell; curl fails where an answer is 400 or more. */
class AdminApiDocTest {
    private static final Path PAGE = Path.of("..", "docs", "admin-api.md");
    private static final Pattern BLOCK = Pattern.compile("(?s)```sh\\n(.*?)```");
    private static final int PATIENCE_SECONDS = 120;

    @Test
    void linesOfThePageWork() throws Exception {
        assumeTrue(new ProcessBuilder("sh", "-c", "command -v curl").start().waitFor() == 0, "there is no curl here");
        String script = BLOCK.matcher(Files.readString(PAGE))
                .results()
                .map(block -> block.group(1))
                .collect(Collectors.joining("\n"));
        try (AdminService service = new AdminService()) {
            IssuedKey key = service.issue("client");
            IssuedKey mine = service.issue("client");

            String printed = run(
                    script,
                    Map.of(
                            "ADMIN", service.request("GET", "").url(),
                            "KEY", service.admin.key().reveal(),
                            "ID", key.id(),
                            "LEAKED", key.key().reveal(),
                            "MINE", mine.key().reveal()));

            assertEquals(KeyState.REVOKED, service.stored(key).state());
            assertEquals("new laptop", service.stored(key).name());
            assertEquals(KeyState.REVOKED, service.stored(mine).state());
            assertTrue(printed.contains("\"accepted-retiring\""), printed);
        }
    }

    @Test
    void namesEachPermissionAndEachCode() throws IOException {
        String page = Files.readString(PAGE);
        AdminService.permissions().forEach(permission -> assertTrue(page.contains("`" + permission + "`"), permission));
        OpenApi.document()
                .json
                .getJsonObject("components")
                .getJsonObject("schemas")
                .getJsonObject("Problem")
                .getJsonObject("properties")
                .getJsonObject("code")
                .getJsonArray("enum")
                .getValuesAs(jakarta.json.JsonString::getString)
                .forEach(code -> assertTrue(code.equals("internal") || page.contains("`" + code + "`"), code));
        KeyQuery.PARAMETERS.forEach(parameter -> assertTrue(page.contains("`" + parameter + "`"), parameter));
    }

    private static String run(String script, Map<String, String> environment) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("bash", "-euo", "pipefail", "-c", script).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "still running");
        assertEquals(0, process.exitValue(), printed);
        return printed;
    }
}
