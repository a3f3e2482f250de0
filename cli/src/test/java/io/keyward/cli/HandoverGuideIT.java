package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Follows docs/handover.md from top to bottom, as an admin and a user would, beside the coordinator.
 *
 * <p>Each block of the guide that begins with {@code ```sh} says who runs it and, where it is not 0, with which exit
 * code it ends. What the user is asked for is the key the admin was shown last. A block with a pipe runs in a real shell,
 * with processes; one of plain commands runs within this process.
 */
@Tag("coordinator")
@Execution(ExecutionMode.CONCURRENT)
class HandoverGuideIT {
    private static final Path GUIDE = Path.of("..", "docs", "handover.md");
    private static final Pattern BLOCK = Pattern.compile(
            "^[ ]*```sh(?<who> \\w+)?(?: exit-(?<exit>\\d))?\\n(?<lines>.*?)^[ ]*```$",
            Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern KEY = Pattern.compile("kw_live_[0-9A-Za-z]{44}");

    @TempDir
    private Path directory;

    private @Nullable RunningCoordinator coordinator;
    private final Set<String> keys = new HashSet<>();
    private String keyOnScreen = "";

    private record Block(String who, int exitCode, String lines) {}

    @AfterEach
    void stopCoordinator() {
        if (coordinator != null) {
            coordinator.close();
        }
    }

    @Test
    void everyCommandWorksInTheOrderOfTheGuide() throws Exception {
        Shell admin = shell("admin");
        Shell user = shell("user");
        Files.createDirectories(admin.home().resolve("notes"));
        for (Block block : blocks()) {
            if (block.who().equals("admin")) {
                runAsAdmin(admin, block);
            } else {
                runAsUser(user, block);
            }
        }

        assertEquals(3, keys.size(), "keys made: Alice's two and Bob's");
        assertTrue(Files.readString(admin.home().resolve(".env")).contains("sha256:"));
        assertFalse(Files.readString(user.home().resolve(".config/keyward/credentials.toml"))
                .contains("api_key"));
    }

    @Test
    void showsTheFileThatLoginMakes() throws Exception {
        Shell user = shell("user");
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        user.givesInProcess(
                "made_elsewhere_0123",
                "keyward login --config-file ~/.ml/config.toml --api-url ws://127.0.0.1:" + port + "/ws");

        String made = Files.readString(user.home().resolve(".ml/config.toml"));

        String shown = made.replace("made_elsewhere_0123", "<the key>")
                .replace(String.valueOf(port), "8000")
                .indent(3);
        assertTrue(Files.readString(GUIDE).contains("```toml\n" + shown + "   ```"), shown);
    }

    private void runAsAdmin(Shell admin, Block block) throws Exception {
        String lines = filledIn(block.lines());

        Outcome outcome = admin.givesInProcess("", lines);

        assertEquals(block.exitCode(), outcome.exitCode(), () -> lines + outcome.err());
        Matcher shown = KEY.matcher(outcome.out());
        while (shown.find()) {
            keyOnScreen = shown.group();
            assertFalse(lines.contains("| bw"), "the key is on the screen: " + block.lines());
        }
        assertFalse(KEY.matcher(outcome.err()).find(), "the key is in a note");
        noteKeys();
    }

    /** A service follows its file after a moment, so that what the user does may succeed at a later attempt only. */
    private void runAsUser(Shell user, Block block) throws Exception {
        if (coordinator == null) {
            coordinator = RunningCoordinator.serving(directory.resolve("admin").resolve(".env"));
        }
        String lines = filledIn(block.lines());
        long deadline = System.nanoTime() + RunningCoordinator.RELOAD_BOUND.toNanos();
        Outcome outcome = user.givesInProcess(keyOnScreen, lines);
        while (outcome.exitCode() != block.exitCode() && System.nanoTime() < deadline) {
            RunningCoordinator.pause();
            outcome = user.givesInProcess(keyOnScreen, lines);
        }
        String said = outcome.out() + outcome.err();
        assertEquals(block.exitCode(), outcome.exitCode(), () -> lines + said);
        assertFalse(KEY.matcher(said).find(), "the key is on the screen: " + block.lines());
    }

    private void noteKeys() throws IOException {
        if (!keyOnScreen.isEmpty()) {
            keys.add(keyOnScreen);
        }
        keys.add(keyOfAlice());
    }

    private String filledIn(String lines) throws IOException {
        String filled = coordinator == null
                ? lines
                : lines.replace("127.0.0.1:8000", coordinator.url().substring("http://".length()));
        return filled.contains("7hq2mz9a") ? filled.replace("7hq2mz9a", idOf(keyOfAlice())) : filled;
    }

    private String keyOfAlice() throws IOException {
        Matcher key = KEY.matcher(Files.readString(directory.resolve("vault.json")));
        assertTrue(key.find(), "no key in the vault");
        return key.group();
    }

    private static String idOf(String key) {
        return KeyFormat.of("kw_live").idOf(ApiKey.of(key));
    }

    private Shell shell(String who) throws IOException, InterruptedException {
        Shell shell = Shell.at(directory.resolve(who));
        shell.set("BW_VAULT", directory.resolve("vault.json").toString());
        shell.set(
                "BW_CLASSES",
                Path.of("target/keyward.jar").toAbsolutePath() + ":"
                        + Path.of("target/test-classes").toAbsolutePath());
        return shell;
    }

    private static List<Block> blocks() throws IOException {
        List<Block> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(Files.readString(GUIDE));
        while (block.find()) {
            assertTrue(block.group("who") != null, () -> "a block says not who runs it: " + block.group("lines"));
            String exit = block.group("exit");
            blocks.add(new Block(
                    block.group("who").strip(),
                    exit == null ? 0 : Integer.parseInt(exit),
                    block.group("lines").stripIndent()));
        }
        assertTrue(blocks.size() > 10, "the guide was not read");
        return blocks;
    }
}
