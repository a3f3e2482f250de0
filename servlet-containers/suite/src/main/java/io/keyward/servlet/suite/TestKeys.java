package io.keyward.servlet.suite;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.KeyState;
import io.keyward.LiveKeyRing;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.testing.ThrowAwayKeys;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The keys that the cases name. */
final class TestKeys {
    private static final Instant PAST = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant FUTURE = Instant.parse("2120-01-01T00:00:00Z");

    static final RoleModel ROLES = RoleModel.of(
            Role.of("reader"), Role.of("admin"), Role.of("administrator"), Role.of("admin2"), Role.of("Admin"));

    private final Map<String, String> texts = new LinkedHashMap<>();
    private final KeyRing.Builder builder = KeyRing.builder().roles(ROLES);
    private final LiveKeyRing ring;

    TestKeys() {
        add("K1", "reader");
        add("K2", "reader");
        add("KA", "admin");
        add("K0");
        add("KL", "administrator", "admin2", "Admin");
        window("KX", null, PAST);
        window("KN", FUTURE, null);
        ApiKey revoked = key("KR");
        builder.add(ThrowAwayKeys.recordOf(revoked)
                .roles("reader")
                .state(KeyState.REVOKED)
                .build());
        ApiKey old = key("KO");
        builder.add(ThrowAwayKeys.recordOf(key("KP"))
                .secrets(List.of(
                        HashedSecret.of(KeyHasher.sha256().hash(ApiKey.of(texts.get("KP")))),
                        HashedSecret.of(KeyHasher.sha256().hash(old)).withExpiresAt(FUTURE)))
                .roles("reader")
                .build());
        key("KF");
        String k1 = texts.get("K1");
        char last = k1.charAt(k1.length() - 1);
        texts.put("KC", k1.substring(0, k1.length() - 1) + (last == 'A' ? 'B' : 'A'));
        KeyHash hash = KeyHasher.sha256().hash(ApiKey.of(k1));
        texts.put("K1-STORED", hash.reveal());
        texts.put("K1-HEX", hash.reveal().substring(hash.reveal().indexOf(':') + 1));
        texts.put("K1-CUT", k1.substring(0, k1.length() - 1));
        texts.put("K1-ID", k1.substring(0, k1.length() - 36));
        texts.put("K1-CASE", k1.substring(0, k1.length() - 36) + swapCase(k1.substring(k1.length() - 36)));
        texts.put("K1-PERCENT", String.format("%%%02X", (int) k1.charAt(0)) + k1.substring(1));
        texts.put("K1-A", k1.substring(0, 20));
        texts.put("K1-B", k1.substring(20));
        texts.put(
                "K1-BASIC",
                java.util.Base64.getEncoder().encodeToString((k1 + ":").getBytes(StandardCharsets.US_ASCII)));
        this.ring = LiveKeyRing.of(builder.build());
    }

    private static String swapCase(String text) {
        StringBuilder swapped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            swapped.append(Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c));
        }
        return swapped.toString();
    }

    private ApiKey key(String name) {
        ApiKey key = ThrowAwayKeys.newKey();
        texts.put(name, key.reveal());
        return key;
    }

    private void add(String name, String... roles) {
        builder.add(ThrowAwayKeys.recordOf(key(name)).roles(roles).build());
    }

    private void window(String name, Instant notBefore, Instant expiresAt) {
        ApiKey key = key(name);
        builder.add(ThrowAwayKeys.recordOf(key)
                .secrets(List.of(HashedSecret.of(KeyHasher.sha256().hash(key))
                        .withNotBefore(notBefore)
                        .withExpiresAt(expiresAt)))
                .roles("reader")
                .build());
    }

    LiveKeyRing ring() {
        return ring;
    }

    String text(String name) {
        return texts.get(name);
    }

    String idOf(String name) {
        return ThrowAwayKeys.FORMAT.idOf(ApiKey.of(text(name)));
    }

    /** Replaces {@code {K1}} and the like. */
    String fill(String template) {
        String filled = template;
        for (Map.Entry<String, String> entry : texts.entrySet()) {
            filled = filled.replace("{" + entry.getKey() + "}", entry.getValue());
        }
        return filled;
    }

    /** The parts of these texts that no log may hold: what stands after prefix and id. */
    List<String> secretParts() {
        return texts.values().stream()
                .filter(text -> text.length() > 36)
                .map(text -> text.substring(text.length() - 36))
                .toList();
    }

    /** Changes the record of KA to one without roles. */
    void demoteAdmin() {
        KeyRing now = ring.current();
        ApiKeyRecord admin = now.find(idOf("KA")).orElseThrow();
        ring.publish(now.with(List.of(
                admin.toBuilder().roles("reader").version(admin.version() + 1).build())));
    }
}
