package io.keyward.config;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyHash;
import io.keyward.env.ListValue;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One key as it is written: the record that was read, its problems, and where its parts are.
 *
 * <p>If there is a problem, the record has only what could be read, and a hash of no key instead of a secret that could
 * not be read. Such a key can be shown and switched off, but must never be in force.
 */
final class KeyDefinition {
    private final String id;
    private final @Nullable ApiKeyRecord record;
    private final Assignment place;
    private final boolean plaintext;
    private final Map<PropertyName, Assignment> assignments;
    private final @Nullable ListItem item;
    private final List<Claim> claims;
    private final List<ConfigProblem> problems;
    private boolean ambiguous;
    private boolean copied;

    private KeyDefinition(
            String id,
            @Nullable ApiKeyRecord record,
            Assignment place,
            boolean plaintext,
            Map<PropertyName, Assignment> assignments,
            @Nullable ListItem item,
            List<Claim> claims,
            List<ConfigProblem> problems) {
        this.id = id;
        this.record = record;
        this.place = place;
        this.plaintext = plaintext;
        this.assignments = Collections.unmodifiableMap(assignments);
        this.item = item;
        this.claims = List.copyOf(claims);
        this.problems = List.copyOf(problems);
    }

    /**
     * Makes the definition of a named key.
     *
     * @param record null if the id is not well-formed
     * @param assignments not copied
     */
    static KeyDefinition named(
            String id,
            @Nullable ApiKeyRecord record,
            Assignment place,
            boolean plaintext,
            Map<PropertyName, Assignment> assignments,
            List<Claim> claims,
            List<ConfigProblem> problems) {
        return new KeyDefinition(id, record, place, plaintext, assignments, null, claims, problems);
    }

    /** Makes the definition of an item of a key list, which has a record with nothing but its role and hash. */
    static KeyDefinition listed(ApiKeyRecord record, ListItem item, Claim claim) {
        return new KeyDefinition(
                record.id(), record, item.list(), claim.plaintext() != null, Map.of(), item, List.of(claim), List.of());
    }

    String id() {
        return id;
    }

    /** Returns what could be read, version 0; null if not even the id is well-formed. */
    @Nullable
    ApiKeyRecord record() {
        return record;
    }

    /** Returns an assignment that shows people where the key is. */
    Assignment place() {
        return place;
    }

    /** Returns whether the key itself is written there, not its hash. */
    boolean isPlaintext() {
        return plaintext;
    }

    /** Returns whether the plaintext key is not written in its place, but in another variable or a file. */
    boolean isReference() {
        if (item != null) {
            return ValueReader.isReference(item.text());
        }
        Assignment text = find(Property.KEY_TEXT);
        String value = text == null ? "" : ListValue.trim(text.value());
        return value.startsWith("@") || ValueReader.isReference(value);
    }

    /** Returns where a property without a name of its own is written; null if it is not. */
    @Nullable
    Assignment find(Property property) {
        return assignments.get(new PropertyName(property, id, ""));
    }

    /** Returns the assignments of a named key; none for an item of a list. */
    Collection<Assignment> assignments() {
        return assignments.values();
    }

    /** Returns the item of a list; null for a named key. */
    @Nullable
    ListItem item() {
        return item;
    }

    /** Returns the hashes by which the key is found, and where each is written. */
    List<Claim> claims() {
        return claims;
    }

    /** Returns what is wrong with this key alone. */
    List<ConfigProblem> problems() {
        return problems;
    }

    /** Returns whether an assignment of the key is among what is wrong with it, so that its meaning is not known. */
    boolean isUnread(Assignment assignment) {
        return problems.stream()
                .anyMatch(problem -> problem.line() == assignment.line()
                        && assignment.spelling().equals(problem.name()));
    }

    /** Notes that the key may also be written elsewhere, where a change of this place has no effect. */
    void setAmbiguous() {
        ambiguous = true;
    }

    /** Returns whether a name of the key is written twice, or its id belongs to another one too. */
    boolean isAmbiguous() {
        return ambiguous;
    }

    /** Notes that a secret of the key is written elsewhere, too. */
    void setCopied() {
        copied = true;
    }

    /** Returns whether a secret of the key is written elsewhere, too. */
    boolean isCopied() {
        return copied;
    }

    /**
     * A hash by which a key is found.
     *
     * @param plaintext the key itself, where that is what is written; null for a hash
     * @param what which part of the assignment it is
     */
    record Claim(KeyHash hash, @Nullable String plaintext, Assignment assignment, String what) {
        @Override
        public String toString() {
            return "Claim[" + assignment + "]";
        }
    }

    /**
     * A key of a key list.
     *
     * @param list the list
     * @param items all its items, as written
     * @param index which of them the key is, or is reached by
     * @param key the key itself or its hash, as the item or what it refers to has it
     */
    record ListItem(Assignment list, List<String> items, int index, String key) {
        String text() {
            return items.get(index);
        }

        @Override
        public String toString() {
            return "ListItem[" + list + "]";
        }
    }
}
