package io.keyward.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyFormat;
import io.keyward.KeyHash;
import io.keyward.KeyHashers;
import io.keyward.KeyRing;
import io.keyward.Verification;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Runs the Java of the README, and sees to it that the README shows what runs here. */
class ReadmeTest {
    private static final Path SOURCE = Path.of("src/test/java/io/keyward/examples/ReadmeTest.java");
    private static final Path README = Path.of("..", "README.md");

    @Test
    void codeRuns() {
        PrintStream console = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true));
        try {
            readme();
        } finally {
            System.setOut(console);
        }
        assertEquals("hello alice", printed.toString().strip());
    }

    private static void readme() {
        // <readme>
        ApiKey key = ApiKeyGenerator.of(KeyFormat.of("acme_live")).generate(); // show it to its holder, once
        KeyHash hash = KeyHashers.sha256().hash(key); // keep only this

        KeyRing ring = KeyRing.builder()
                .roles(RoleModel.of(Role.of("client").permitting("jobs:submit")))
                .add(ApiKeyRecord.builder("alice").roles("client").hash(hash).build())
                .build();
        ApiKeyVerifier verifier = ApiKeyVerifier.of(ring);

        if (verifier.verify(key.reveal()) instanceof Verification.Accepted accepted) {
            System.out.println("hello " + accepted.principal().id());
        }
        // </readme>
    }

    @Test
    void codeIsWhatTheReadmeShows() throws IOException {
        String source = Files.readString(SOURCE);
        String code = source.substring(
                source.indexOf("// <readme>\n") + "// <readme>\n".length(), source.indexOf("// </readme>"));
        String shown = "```java\n" + code.stripIndent().strip() + "\n```";
        assertTrue(Files.readString(README).contains(shown), "README.md must show:\n" + shown);
    }
}
