package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyHash;
import io.keyward.KeyState;
import io.keyward.config.KeyDefinition.Claim;
import io.keyward.env.InvalidValue;
import io.keyward.role.Permission;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads the assignments of one named key into its definition. For one use. */
final class NamedKeyReader {
    private final String id;
    private final ValueReader values;
    private final Predicate<String> isRole;
    private final Secrets secrets;
    private final Map<PropertyName, Assignment> assignments = new LinkedHashMap<>();
    /** The same without metadata and attributes, which alone may be there several times. */
    private final Map<Property, Assignment> single = new EnumMap<>(Property.class);

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
        if (!name.property().isOpen()) {
            single.put(name.property(), assignment);
        }
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
        setSecrets(builder, place);
        read(Property.OWNER, found -> builder.owner(values.text(found)));
        read(Property.KEY_NAME, found -> builder.name(values.text(found)));
        read(Property.KEY_ROLES, found -> builder.roles(declared(values.list(found))));
        read(Property.KEY_PERMISSIONS, found -> builder.permissions(permissions(found)));
        read(
                Property.STATE,
                found -> builder.state(KeyState.valueOf(
                        values.word(found, "active", "disabled", "revoked").toUpperCase(Locale.ROOT))));
        if (assignments.size() > single.size()) {
            readEntries(Property.METADATA, builder::metadata);
            readEntries(Property.ATTRIBUTE, builder::attributes);
        }
        Instant createdAt = read(Property.CREATED_AT, found -> {
            Instant at = values.instant(found);
            builder.created(at, null);
            return at;
        });
        Instant changedAt = read(Property.CHANGED_AT, found -> {
            Instant at = values.instant(found);
            builder.changed(at, null);
            return at;
        });
        read(Property.CREATED_BY, found -> builder.created(createdAt, values.text(found)));
        read(Property.CHANGED_BY, found -> builder.changed(changedAt, values.text(found)));
        return builder.build();
    }

    private void setSecrets(ApiKeyRecord.Builder builder, Assignment place) {
        List<HashedSecret> read = secrets(place);
        builder.secrets(read);
        if (read.size() == 1) {
            return;
        }
        try {
            builder.build();
        } catch (IllegalArgumentException e) {
            problems.add(
                    place,
                    "the ordinals of key `" + id + "` do not fit",
                    "an ordinal names one secret of a key and is at most " + HashedSecret.MAX_ORDINAL,
                    "remove them");
            builder.secrets(read.subList(0, 1));
        }
    }

    private @Nullable Assignment find(Property property) {
        return single.get(property);
    }

    private void readEntries(Property property, Consumer<Map<String, String>> setter) {
        Map<String, String> texts = new TreeMap<>();
        assignments.forEach((name, assignment) -> {
            if (name.property() == property) {
                attempt(property, assignment, found -> {
                    // one at a time, so that a problem names its own line
                    setter.accept(Map.of(name.metadata(), values.text(found)));
                    return texts.put(name.metadata(), values.text(found));
                });
            }
        });
        if (!texts.isEmpty()) {
            attempt(property, first(name -> name.property() == property), found -> {
                setter.accept(texts);
                return texts;
            });
        }
    }

    private Assignment first(Predicate<PropertyName> which) {
        Map.Entry<PropertyName, Assignment> first = null;
        for (Map.Entry<PropertyName, Assignment> entry : assignments.entrySet()) {
            if (which.test(entry.getKey()) && (first == null || inOrder(entry.getKey(), first.getKey()) < 0)) {
                first = entry;
            }
        }
        return requireNonNull(first).getValue();
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
        KeyHash current = current(place);
        KeyHash retiring = retiring();
        HashedSecret first = numbered(
                Property.ORDINAL,
                new HashedSecret(
                        current,
                        read(Property.NOT_BEFORE, values::instant),
                        read(Property.EXPIRES_AT, values::instant)));
        Instant until = read(Property.RETIRING_UNTIL, values::instant);
        if (retiring == null) {
            return List.of(first);
        }
        HashedSecret second = new HashedSecret(retiring, read(Property.RETIRING_NOT_BEFORE, values::instant), until);
        return List.of(first, numbered(Property.RETIRING_ORDINAL, second));
    }

    private HashedSecret numbered(Property property, HashedSecret secret) {
        HashedSecret numbered = read(property, found -> secret.withOrdinal(values.number(found)));
        return numbered == null ? secret : numbered;
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

    /** Reads the value of a property; returns null if there is none, or notes what is wrong with it. */
    private <T> @Nullable T read(Property property, Problems.Reading<T> reading) {
        Assignment found = find(property);
        return found == null ? null : attempt(property, found, reading);
    }

    private <T> @Nullable T attempt(Property property, Assignment found, Problems.Reading<T> reading) {
        try {
            return reading.read(found);
        } catch (InvalidValue e) {
            problems.add(found, e);
        } catch (IllegalArgumentException e) {
            problems.add(
                    found,
                    "the value is not accepted",
                    "it is " + property.type() + "; not accepted: " + property.refuses(),
                    "correct it");
        }
        return null;
    }

    /** Reads a secret of the key: the key itself or its hash. */
    interface Secrets {
        Claim read(Assignment assignment, boolean isText) throws InvalidValue;
    }
}
