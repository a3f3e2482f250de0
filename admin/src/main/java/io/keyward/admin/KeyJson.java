package io.keyward.admin;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.role.Grants;
import io.keyward.role.Permission;
import io.keyward.role.RoleModel;
import io.keyward.store.ApiKeys;
import io.keyward.store.LastUsed.LastUse;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes records as JSON, without their hashes. */
final class KeyJson {
    /** The members that a patch may change. */
    static final Set<String> WRITABLE =
            Set.of("owner", "name", "roles", "permissions", "expiresAt", "neverExpires", "metadata");
    /** The members that are not part of the record and change by themselves. */
    static final Set<String> OBSERVED = Set.of("lastUse", "effective");

    private final ApiKeys keys;

    KeyJson(ApiKeys keys) {
        this.keys = keys;
    }

    JsonObject of(ApiKeyRecord record) {
        return of(List.of(record)).get(0);
    }

    List<JsonObject> of(List<ApiKeyRecord> records) {
        RoleModel roles = keys.ring().current().roles();
        Map<String, LastUse> uses = lastUses(records);
        return records.stream()
                .map(record -> builder(record)
                        .add("lastUse", lastUse(requireNonNull(uses.get(record.id()))))
                        .add("effective", effective(record, roles))
                        .build())
                .toList();
    }

    /** Returns when the secrets of each of these keys were last accepted, by id, on any node as far as that is known. */
    Map<String, LastUse> lastUses(List<ApiKeyRecord> records) {
        Map<String, LastUse> uses = new HashMap<>(keys.manager().lastUses(records));
        records.forEach(record -> uses.computeIfAbsent(record.id(), keys.lastUsed()::of));
        return uses;
    }

    /** Returns what is stored, without what is observed. */
    static JsonObject stored(ApiKeyRecord record) {
        return builder(record).build();
    }

    private static JsonObjectBuilder builder(ApiKeyRecord record) {
        JsonObjectBuilder object = Json.object().add("id", record.id()).add("etag", IfMatch.tagOf(record));
        Json.add(object, "owner", record.owner());
        Json.add(object, "name", record.name());
        object.add("roles", Json.sorted(record.roles()));
        object.add("state", record.state().name().toLowerCase(Locale.ROOT));
        object.add("permissions", Json.sorted(record.permissions()));
        Json.add(object, "notBefore", record.current().notBefore());
        Instant end = record.current().expiresAt();
        // not null for "never": sent back in a patch, null would have to mean it
        if (end == null) {
            object.add("neverExpires", true);
        } else {
            object.add("expiresAt", end.toString());
        }
        object.add("ordinal", record.current().ordinal());
        Json.add(
                object,
                "retiringUntil",
                record.retiring().map(HashedSecret::expiresAt).orElse(null));
        object.add("metadata", texts(record.metadata()));
        object.add("attributes", texts(record.attributes()));
        Json.add(object, "createdAt", record.createdAt());
        Json.add(object, "createdBy", record.createdBy());
        Json.add(object, "changedAt", record.changedAt());
        Json.add(object, "changedBy", record.changedBy());
        return object;
    }

    private static JsonObjectBuilder texts(Map<String, String> texts) {
        JsonObjectBuilder object = Json.object();
        new TreeMap<>(texts).forEach(object::add);
        return object;
    }

    private static JsonObjectBuilder lastUse(LastUse use) {
        JsonObjectBuilder object = Json.object();
        Json.add(object, "current", use.current());
        Json.add(object, "retiring", use.retiring());
        return object.add("since", use.since().toString());
    }

    private static JsonValue effective(ApiKeyRecord record, RoleModel roles) {
        Grants grants = grants(record, roles);
        return grants == null
                ? JsonValue.NULL
                : Json.object()
                        .add("roles", Json.sorted(grants.effectiveRoles()))
                        .add("permissions", Json.sorted(grants.permissions()))
                        .build();
    }

    /** Returns what a record may do; null if one of its roles is not declared here. */
    static @Nullable Grants grants(ApiKeyRecord record, RoleModel roles) {
        return grants(record.roles(), record.permissions(), roles);
    }

    static @Nullable Grants grants(Set<String> names, Set<Permission> permissions, RoleModel roles) {
        try {
            return roles.grant(names, permissions);
        } catch (IllegalArgumentException undeclared) {
            return null;
        }
    }
}
