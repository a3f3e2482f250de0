package io.keyward.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keyward.KeyHasher;
import io.keyward.testing.ThrowAwayKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command that changes a key file can write it where it is: issue 17, item 1. */
class InPlaceTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "revoke alice",
                "disable alice",
                "renew alice --expires 90d",
                "change alice --owner carol",
                "rotate alice --overlap 1d",
                "issue --role client --owner bob",
                "hash"
            })
    void keepsTheFileWhenAsked(String command) throws Exception {
        assumeTrue(
                directory.getFileSystem().supportedFileAttributeViews().contains("unix"),
                "left out, since files have no numbers here: whether one is kept");
        for (boolean inPlace : new boolean[] {true, false}) {
            Path file = directory.resolve(inPlace + ".env");
            String hash = KeyHasher.sha256().hash(ThrowAwayKeys.newKey()).reveal();
            Files.writeString(
                    file,
                    "keyward.roles=client\nkeyward.keys.alice.hash=" + hash + "\nkeyward.keys.alice.roles=client\n"
                            + "keyward.keys.bob.key=" + ThrowAwayKeys.newKey().reveal() + "\n");
            Object number = Files.getAttribute(file, "unix:ino");
            List<String> arguments = new ArrayList<>(List.of(command.split(" ", -1)));
            arguments.addAll(List.of("--file", file.toString()));
            if (inPlace) {
                arguments.add("--in-place");
            }
            Outcome outcome = Outcome.reading("", arguments.toArray(String[]::new));
            assertEquals(0, outcome.exitCode(), outcome.err());
            Object now = Files.getAttribute(file, "unix:ino");
            if (inPlace) {
                assertEquals(number, now);
            } else {
                assertNotEquals(number, now);
            }
        }
    }
}
