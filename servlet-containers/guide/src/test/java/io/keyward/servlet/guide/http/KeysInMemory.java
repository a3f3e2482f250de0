package io.keyward.servlet.guide.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.config.KeywardConfig;
import io.keyward.role.Role;
import java.nio.file.Path;
import java.util.Map;

class KeysInMemory {
    static KeywardConfig load(String hash) {
        // snippet: memory
        String content = "CLIENT_API_KEY_HASHES=" + hash + "\n";
        KeywardConfig keys = KeywardConfig.builder()
                .envFile(Path.of("test.env"), content.getBytes(UTF_8)) // the name is for messages only
                .roles(Role.of("client"))
                .environment(Map.of()) // not that of the machine that runs the test
                .systemProperties(Map.of())
                .load();
        // end
        return keys;
    }
}
