package io.keyward.admin;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyRing;
import io.keyward.KeyState;
import io.keyward.LiveKeyRing;
import io.keyward.role.Grants;
import io.keyward.role.Permission;
import io.keyward.role.RoleModel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Demands a confirmation before the last key that can administer ends itself.
 *
 * <p>A key can administer if it may issue keys, because without such a key no key can be issued over HTTP. This is a
 * question and not a guarantee: two such keys can end each other at once.
 */
final class LastAdmin {
    static final String CONFIRMATION = "confirmLastAdmin";

    private static final Permission ISSUE = Permission.of("keys:issue");

    private final LiveKeyRing live;
    private final InstantSource clock;

    LastAdmin(LiveKeyRing live, InstantSource clock) {
        this.live = live;
        this.clock = clock;
    }

    /** Refuses unless the key cannot administer, or another one can. */
    void requireAnother(String id) {
        KeyRing ring = live.current();
        Instant now = clock.instant();
        boolean isAdmin =
                ring.find(id).filter(record -> isAdmin(record, ring, now)).isPresent();
        if (isAdmin
                && ring.records().stream().noneMatch(record -> !record.id().equals(id) && isAdmin(record, ring, now))) {
            throw Problem.of(
                    409,
                    "last-admin",
                    "no other key could issue keys after this; send \"" + CONFIRMATION
                            + "\": true if that is intended; then only the keyward command can issue one");
        }
    }

    /** Refuses as {@link #requireAnother}, unless the key can still administer with these roles and permissions. */
    void requireAnotherUnlessAdmin(String id, Set<String> roles, Set<Permission> permissions) {
        if (!mayIssue(KeyJson.grants(roles, permissions, live.current().roles()))) {
            requireAnother(id);
        }
    }

    private static boolean isAdmin(ApiKeyRecord record, KeyRing ring, Instant now) {
        RoleModel roles = ring.roles();
        return record.state() == KeyState.ACTIVE
                && record.unknownAttributes().isEmpty()
                && record.secrets().stream().anyMatch(secret -> isInForce(secret, now))
                && mayIssue(KeyJson.grants(record, roles));
    }

    private static boolean isInForce(HashedSecret secret, Instant now) {
        Instant begin = secret.notBefore();
        Instant end = secret.expiresAt();
        return (begin == null || !now.isBefore(begin)) && (end == null || now.isBefore(end));
    }

    private static boolean mayIssue(@Nullable Grants grants) {
        return grants != null && grants.hasPermission(ISSUE);
    }
}
