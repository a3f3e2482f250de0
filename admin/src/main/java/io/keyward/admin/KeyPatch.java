package io.keyward.admin;

import io.keyward.ApiKeyRecord;
import io.keyward.role.Permission;
import io.keyward.store.KeyChange;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Applies a merge patch (RFC 7396) to the members of a record that may be changed. Members that are not named stay,
 * and read-only members may be sent back as they are.
 */
final class KeyPatch {
    private final Members patch;
    private final ApiKeyRecord before;
    private final KeyChange.Builder change = KeyChange.builder();
    private Set<String> roles;
    private Set<Permission> permissions;

    /**
     * Reads a patch.
     *
     * @param declared returns the roles, or refuses them
     */
    KeyPatch(Members patch, ApiKeyRecord before, UnaryOperator<Set<String>> declared) {
        this.patch = patch;
        this.before = before;
        this.roles = before.roles();
        this.permissions = before.permissions();
        if (patch.has("owner")) {
            change.owner(patch.textOrNull("owner"));
        }
        if (patch.has("name")) {
            change.name(patch.textOrNull("name"));
        }
        if (patch.has("roles")) {
            roles = declared.apply(patch.texts("roles"));
            change.roles(roles);
        }
        if (patch.has("permissions")) {
            permissions = patch.permissions("permissions");
            change.permissions(permissions);
        }
        if (patch.has("metadata")) {
            change.metadata(merged(patch.entries("metadata")));
        }
        readEnd();
        requireReadOnlyUnchanged();
    }

    Set<String> roles() {
        return roles;
    }

    Set<Permission> permissions() {
        return permissions;
    }

    KeyChange toKeyChange() {
        return change.build();
    }

    private Map<String, String> merged(Map<String, @Nullable String> entries) {
        Map<String, String> all = new HashMap<>(before.metadata());
        entries.forEach((name, value) -> {
            if (value == null) {
                all.remove(name);
            } else {
                all.put(name, value);
            }
        });
        return all;
    }

    /**
     * An end that is sent back as it is must not be checked again, because it may have passed or be later than the
     * caller's.
     */
    private void readEnd() {
        if (KeyCalls.hasEnd(patch)) {
            Instant end = KeyCalls.end(patch);
            if (!Objects.equals(end, before.current().expiresAt())) {
                change.expiresAt(end);
            }
        }
    }

    private void requireReadOnlyUnchanged() {
        KeyJson.OBSERVED.forEach(patch::has);
        JsonObject stored = KeyJson.stored(before);
        stored.keySet().stream()
                .filter(name -> !KeyJson.WRITABLE.contains(name))
                .forEach(name -> requireUnchanged(name, stored.get(name)));
    }

    private void requireUnchanged(String name, @Nullable JsonValue stored) {
        JsonValue sent = patch.value(name);
        if (sent != null && !sent.equals(stored) && !sameTime(sent, stored)) {
            throw Problem.invalid(
                    name.equals("state")
                            ? "member state is changed by revoke, disable and enable only"
                            : "member " + name + " cannot be changed; leave it out");
        }
    }

    private static boolean sameTime(JsonValue sent, @Nullable JsonValue stored) {
        if (!(sent instanceof JsonString a) || !(stored instanceof JsonString b)) {
            return false;
        }
        try {
            return Instant.parse(b.getString()).equals(Instant.parse(a.getString()));
        } catch (DateTimeException notTimes) {
            return false;
        }
    }
}
