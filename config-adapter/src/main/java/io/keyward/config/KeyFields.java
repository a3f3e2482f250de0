package io.keyward.config;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyState;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes a record as names and values: the other direction of {@link KeyDefinitions}. */
final class KeyFields {
    private KeyFields() {}

    /**
     * Returns what a record says, in the order in which people read it. The hash is last, because a key without a hash is
     * refused: if a slow writer has written only a part of the file, no key is read without its state or its end.
     */
    static Map<PropertyName, String> of(ApiKeyRecord record) {
        Map<PropertyName, String> fields = new LinkedHashMap<>();
        HashedSecret current = record.current();
        put(fields, record, Property.OWNER, record.owner());
        put(fields, record, Property.KEY_NAME, record.name());
        put(fields, record, Property.KEY_ROLES, joined(record.roles()));
        put(fields, record, Property.KEY_PERMISSIONS, joined(record.permissions()));
        put(fields, record, Property.STATE, stateOf(record));
        put(fields, record, Property.NOT_BEFORE, textOf(current.notBefore()));
        put(fields, record, Property.EXPIRES_AT, textOf(current.expiresAt()));
        record.retiring().ifPresent(retiring -> {
            put(fields, record, Property.RETIRING_HASH, retiring.hash().reveal());
            put(fields, record, Property.RETIRING_NOT_BEFORE, textOf(retiring.notBefore()));
            put(fields, record, Property.RETIRING_UNTIL, textOf(retiring.expiresAt()));
        });
        putEntries(fields, record, Property.METADATA, record.metadata());
        putEntries(fields, record, Property.ATTRIBUTE, record.attributes());
        put(fields, record, Property.ORDINAL, ordinalOf(current));
        record.retiring().ifPresent(retiring -> put(fields, record, Property.RETIRING_ORDINAL, ordinalOf(retiring)));
        put(fields, record, Property.CREATED_AT, textOf(record.createdAt()));
        put(fields, record, Property.CREATED_BY, record.createdBy());
        put(fields, record, Property.CHANGED_AT, textOf(record.changedAt()));
        put(fields, record, Property.CHANGED_BY, record.changedBy());
        put(fields, record, Property.KEY_HASH, current.hash().reveal());
        return fields;
    }

    private static void putEntries(
            Map<PropertyName, String> fields, ApiKeyRecord record, Property property, Map<String, String> entries) {
        new TreeMap<>(entries)
                .forEach((name, value) -> fields.put(new PropertyName(property, record.id(), name), value));
    }

    private static @Nullable String ordinalOf(HashedSecret secret) {
        return secret.ordinal() == 1 ? null : Integer.toString(secret.ordinal());
    }

    private static void put(
            Map<PropertyName, String> fields, ApiKeyRecord record, Property property, @Nullable String value) {
        if (value != null) {
            fields.put(new PropertyName(property, record.id(), ""), value);
        }
    }

    private static @Nullable String joined(Iterable<?> values) {
        TreeSet<String> sorted = new TreeSet<>();
        values.forEach(value -> sorted.add(value.toString()));
        return sorted.isEmpty() ? null : String.join(",", sorted);
    }

    private static @Nullable String stateOf(ApiKeyRecord record) {
        return record.state() == KeyState.ACTIVE ? null : record.state().name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String textOf(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }

    /**
     * Returns how a name is spelled in the file: as an environment variable, which a shell can source, or as a property
     * if there is no such variable, or it would be read as another name.
     *
     * @throws IllegalArgumentException if no spelling is read as this name again
     */
    static String spelling(PropertyName name) {
        String environment = name.property()
                .environmentPattern()
                .replace("<ID>", name.id().toUpperCase(Locale.ROOT))
                .replace("<NAME>", name.metadata().toUpperCase(Locale.ROOT));
        boolean isVariable = environment.equals(ConfigSources.environmentForm(environment));
        if (isVariable && name.equals(PropertyName.parse(environment))) {
            return environment;
        }
        String dotted = name.property().pattern().replace("<id>", name.id()).replace("<name>", name.metadata());
        if (name.equals(PropertyName.parse(dotted))) {
            return dotted;
        }
        throw new IllegalArgumentException("key `" + name.id() + "`: it is not possible to write "
                + name.property().pattern() + " of this key into a file; choose another id or name");
    }
}
