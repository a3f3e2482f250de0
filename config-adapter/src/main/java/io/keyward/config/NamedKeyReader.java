package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyState;
import io.keyward.config.KeyDefinition.Claim;
import io.keyward.env.InvalidValue;
import io.keyward.role.Permission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads the assignments of one named key into its definition. For one use. */
final class NamedKeyReader {
    private final String id;
    private final ValueReader values;
    private final Predicate<String> isRole;
    private final Secrets secrets;
    private final Map<PropertyName, Assignment> assignments = new LinkedHashMap<>();
    private final Problems problems = new Problems();
    private final List<Claim> claims = new ArrayList<>();
    private boolean repeated;

    NamedKeyReader(String id, ValueReader values, Predicate<String> isRole, Secrets secrets) {
        this.id = id;
        this.values = values;
        this.isRole = isRole;
        this.secrets = secrets;
    }

    void add(PropertyName name, Assignment assignment, boolean isRepeated) {
        assignments.put(name, assignment);
        repeated |= isRepeated;
    }

    KeyDefinition read() {
        Assignment place = first(name -> true);
        ApiKeyRecord.Builder builder = null;
        try {
            builder = ApiKeyRecord.builder(id);
        } catch (IllegalArgumentException e) {
            problems.add(
                    place,
                    "the key id is not well-formed",
                    "a key id is 1 to 64 of a-z 0-9 _",
                    "choose another id, without dashes and capitals");
        }
        ApiKeyRecord record = builder == null ? null : record(builder, place);
        KeyDefinition key = KeyDefinition.named(
                id, record, place, find(Property.KEY_TEXT) != null, assignments, claims, problems.list());
        if (repeated) {
            key.setAmbiguous();
        }
        return key;
    }

    private static int inOrder(PropertyName one, PropertyName other) {
        int order = one.property().compareTo(other.property());
        return order != 0 ? order : one.metadata().compareTo(other.metadata());
    }

    private ApiKeyRecord record(ApiKeyRecord.Builder builder, Assignment place) {
        List<HashedSecret> read = secrets(place);
        try {
            builder.secrets(read).build();
        } catch (IllegalArgumentException e) {
            problems.add(
                    place,
                    "the ordinals of key `" + id + "` do not fit",
                    "an ordinal names one secret of a key and is at most " + HashedSecret.MAX_ORDINAL,
                    "remove them");
            builder.secrets(read.subList(0, 1));
        }
        set(Property.OWNER, found -> builder.owner(values.text(found)));
        set(Property.KEY_NAME, found -> builder.name(values.text(found)));
        set(Property.KEY_ROLES, found -> builder.roles(declared(values.list(found))));
        set(Property.KEY_PERMISSIONS, found -> builder.permissions(permissions(found)));
        set(
                Property.STATE,
                found -> builder.state(KeyState.valueOf(
                        values.word(found, "active", "disabled", "revoked").toUpperCase(Locale.ROOT))));
        entries(Property.METADATA, builder::metadata);
        entries(Property.ATTRIBUTE, builder::attributes);
        set(Property.CREATED_AT, found -> builder.created(values.instant(found), null));
        set(Property.CHANGED_AT, found -> builder.changed(values.instant(found), null));
        Instant createdAt = builder.build().createdAt();
        Instant changedAt = builder.build().changedAt();
        set(Property.CREATED_BY, found -> builder.created(createdAt, values.text(found)));
        set(Property.CHANGED_BY, found -> builder.changed(changedAt, values.text(found)));
        return builder.build();
    }

    private @Nullable Assignment find(Property property) {
        return assignments.get(new PropertyName(property, id, ""));
    }

    private void entries(Property property, EntriesSetter setter) {
        Map<String, String> texts = new TreeMap<>();
        assignments.forEach((name, assignment) -> {
            if (name.property() == property) {
                attempt(property, assignment, found -> {
                    // one at a time, so that a problem names its own line
                    setter.set(Map.of(name.metadata(), values.text(found)));
                    texts.put(name.metadata(), values.text(found));
                });
            }
        });
        if (!texts.isEmpty()) {
            attempt(property, first(name -> name.property() == property), found -> setter.set(texts));
        }
    }

    private Assignment first(Predicate<PropertyName> which) {
        return assignments.entrySet().stream()
                .filter(entry -> which.test(entry.getKey()))
                .min(Map.Entry.comparingByKey(NamedKeyReader::inOrder))
                .orElseThrow()
                .getValue();
    }

    /** The ring checks this too, but its message would quote the value. */
    private List<String> declared(List<String> names) throws InvalidValue {
        for (int i = 0; i < names.size(); i++) {
            if (!isRole.test(names.get(i))) {
                throw new InvalidValue(
                        "item " + (i + 1) + " is no declared role",
                        "roles are declared in code or in keyward.roles",
                        "correct the spelling, or declare the role");
            }
        }
        return names;
    }

    private List<Permission> permissions(Assignment found) throws InvalidValue {
        List<Permission> permissions = new ArrayList<>();
        values.list(found).forEach(item -> permissions.add(Permission.of(item)));
        return permissions;
    }

    private List<HashedSecret> secrets(Assignment place) {
        List<HashedSecret> read = new ArrayList<>();
        KeyHash current = current(place);
        KeyHash retiring = retiring();
        read.add(numbered(
                Property.ORDINAL,
                new HashedSecret(current, instant(Property.NOT_BEFORE), instant(Property.EXPIRES_AT))));
        Instant until = instant(Property.RETIRING_UNTIL);
        if (retiring != null) {
            read.add(numbered(
                    Property.RETIRING_ORDINAL,
                    new HashedSecret(retiring, instant(Property.RETIRING_NOT_BEFORE), until)));
        }
        return read;
    }

    private HashedSecret numbered(Property property, HashedSecret secret) {
        List<HashedSecret> numbered = new ArrayList<>(List.of(secret));
        set(property, found -> numbered.set(0, secret.withOrdinal(values.number(found))));
        return numbered.get(0);
    }

    private KeyHash current(Assignment place) {
        Assignment hash = find(Property.KEY_HASH);
        Assignment text = find(Property.KEY_TEXT);
        if ((hash == null) == (text == null)) {
            problems.add(
                    text != null ? text : place,
                    "key `" + id + "` has " + (hash == null ? "no hash" : "both a hash and a plaintext key"),
                    "a key has one of hash and key",
                    hash == null ? "set keyward.keys." + id + ".hash" : "remove the plaintext key");
        }
        KeyHash read = hash != null ? claim(hash, false) : text != null ? claim(text, true) : null;
        if (hash != null && text != null) {
            claim(text, true);
        }
        return read != null ? read : standIn();
    }

    /** Returns a hash of no key, the same at each reading, instead of one that could not be read. */
    private KeyHash standIn() {
        byte[] bytes = ContentVersion.keyed(("no secret of " + id).getBytes(UTF_8));
        return KeyHash.parse("sha256:" + HexFormat.of().formatHex(bytes));
    }

    private @Nullable KeyHash retiring() {
        Assignment hash = find(Property.RETIRING_HASH);
        Assignment until = find(Property.RETIRING_UNTIL);
        Assignment lonely = hash != null ? hash : until;
        if (lonely != null && (hash == null || until == null)) {
            problems.add(
                    lonely,
                    "key `" + id + "` has only one of retiring.hash and retiring.until",
                    "a secret that is being replaced has an end",
                    "set both, or remove both");
        }
        return hash == null ? null : claim(hash, false);
    }

    private @Nullable KeyHash claim(Assignment found, boolean isText) {
        try {
            Claim claim = secrets.read(found, isText);
            claims.add(claim);
            return claim.hash();
        } catch (InvalidValue e) {
            problems.add(found, e);
            return null;
        }
    }

    private @Nullable Instant instant(Property property) {
        List<Instant> read = new ArrayList<>(1);
        set(property, found -> read.add(values.instant(found)));
        return read.isEmpty() ? null : read.get(0);
    }

    private void set(Property property, Setter setter) {
        Assignment found = find(property);
        if (found != null) {
            attempt(property, found, setter);
        }
    }

    private void attempt(Property property, Assignment found, Setter setter) {
        try {
            setter.set(found);
        } catch (InvalidValue e) {
            problems.add(found, e);
        } catch (IllegalArgumentException e) {
            problems.add(
                    found,
                    "the value is not accepted",
                    "it is " + property.type() + "; not accepted: " + property.refuses(),
                    "correct it");
        }
    }

    /** Reads a secret of the key: the key itself or its hash. */
    interface Secrets {
        Claim read(Assignment assignment, boolean isText) throws InvalidValue;
    }

    private interface Setter {
        void set(Assignment assignment) throws InvalidValue;
    }

    private interface EntriesSetter {
        void set(Map<String, String> entries);
    }
}
