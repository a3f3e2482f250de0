package io.keyward.config;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.config.KeyDefinition.ListItem;
import io.keyward.env.EnvDocument;
import io.keyward.env.EnvDocument.Entry;
import io.keyward.env.EnvEditor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes records into the text of a key file: the other direction of {@link KeyDefinitions}. What a change does not
 * concern stays byte for byte. For one change.
 */
final class KeyFileEditor {
    private final KeyFileContent content;
    private final EnvEditor edit;
    private final Map<Entry, Written> lists = new LinkedHashMap<>();

    KeyFileEditor(KeyFileContent content) {
        this.content = content;
        this.edit = new EnvEditor(content.document());
    }

    String text() {
        lists.forEach((entry, written) -> edit.setWritten(entry, written.text));
        return edit.text();
    }

    /** Returns a record as names and values, as they are spelled in a file. */
    static Map<String, String> spelled(ApiKeyRecord record) {
        Map<String, String> spelled = new LinkedHashMap<>();
        KeyFields.of(record).forEach((name, value) -> spelled.put(KeyFields.spelling(name), value));
        return spelled;
    }

    /** Adds a record as a named key. */
    void insert(ApiKeyRecord record) {
        edit.append(spelled(record));
    }

    void remove(KeyDefinition key) {
        ListItem item = key.item();
        if (item == null) {
            key.assignments().forEach(assignment -> edit.remove(content.entryOf(assignment)));
        } else {
            takeOut(item);
        }
    }

    /** Replaces what is written of a key; an item of a list becomes a named key. */
    void replace(KeyDefinition key, ApiKeyRecord record) {
        ListItem item = key.item();
        if (item == null) {
            rewrite(key, record);
        } else {
            takeOut(item);
            insert(record);
        }
        // the same key in the same list has the same id, and only one record can have it
        content.keys().all().stream()
                .filter(copy -> copy != key && copy.id().equals(key.id()) && copy.item() != null)
                .forEach(copy -> takeOut(requireNonNull(copy.item())));
    }

    /**
     * Changes those lines of a named key whose meaning changes; the others stay as they are written, even if they
     * cannot be read.
     */
    private void rewrite(KeyDefinition key, ApiKeyRecord record) {
        Map<PropertyName, String> old = KeyFields.of(requireNonNull(key.record()));
        Map<PropertyName, String> wanted = KeyFields.of(record);
        List<Entry> kept = new ArrayList<>();
        Entry hash = null;
        for (Assignment assignment : key.assignments()) {
            Entry entry = content.entryOf(assignment);
            PropertyName name = meaning(assignment);
            String value = wanted.remove(name);
            boolean isUnread = key.isUnread(assignment);
            if (value == null) {
                if (!isUnread) {
                    edit.remove(entry);
                    continue;
                }
            } else if (!isUnread && isPlaintext(assignment)) {
                edit.rename(entry, KeyFields.spelling(name), value);
            } else if (!value.equals(old.get(name))) {
                edit.setValue(entry, value);
            }
            kept.add(entry);
            if (name.property() == Property.KEY_HASH && (hash == null || entry.start() < hash.start())) {
                hash = entry;
            }
        }
        Map<String, String> added = new LinkedHashMap<>();
        // a key without a hash gets none: its record has only a stand-in
        wanted.keySet().removeIf(name -> name.property() == Property.KEY_HASH);
        wanted.forEach((name, value) -> added.put(KeyFields.spelling(name), value));
        if (!added.isEmpty() && hash != null) {
            edit.addBefore(hash, added); // as the hash is last in a new key
        } else if (!added.isEmpty()) {
            kept.stream().max(Comparator.comparingInt(Entry::end)).ifPresent(last -> edit.addAfter(last, added));
        }
    }

    /** Returns the name under which the value of an assignment is written from now on. */
    private static PropertyName meaning(Assignment assignment) {
        PropertyName name = requireNonNull(PropertyName.parse(assignment.spelling()));
        return isPlaintext(assignment) ? new PropertyName(Property.KEY_HASH, name.id(), "") : name;
    }

    private static boolean isPlaintext(Assignment assignment) {
        return requireNonNull(PropertyName.parse(assignment.spelling())).property() == Property.KEY_TEXT;
    }

    /**
     * Removes an item of a list, and the list itself with its last item. Where the item refers to a list of several
     * keys, the hashes of the others take its place: the list that it refers to may be somebody else's, too.
     */
    private void takeOut(ListItem item) {
        Entry entry = content.entryOf(item.list());
        List<String> others = othersOf(item);
        if (!others.isEmpty()) {
            List<String> items = new ArrayList<>(item.items());
            items.remove(item.index());
            items.addAll(item.index(), others);
            edit.setWritten(entry, EnvEditor.list(items));
        } else if (written(item).hasOnly(item.text())) {
            lists.remove(entry);
            edit.remove(entry);
        } else {
            written(item).with(item.text(), "");
        }
    }

    private List<String> othersOf(ListItem item) {
        return content.keys().all().stream()
                .filter(key -> key.item() != null
                        && key.item().list().equals(item.list())
                        && key.item().index() == item.index()
                        && !key.item().key().equals(item.key()))
                .map(key -> requireNonNull(key.record()).current().hash().reveal())
                .toList();
    }

    void hashPlaintext(Collection<KeyDefinition> keys) {
        for (KeyDefinition key : keys) {
            String hash = requireNonNull(key.record()).current().hash().reveal();
            ListItem item = key.item();
            if (item == null) {
                Entry entry = content.entryOf(requireNonNull(key.find(Property.KEY_TEXT)));
                edit.rename(entry, KeyFields.spelling(new PropertyName(Property.KEY_HASH, key.id(), "")), hash);
            } else {
                written(item).with(item.text(), hash);
            }
        }
    }

    private Written written(ListItem item) {
        return lists.computeIfAbsent(
                content.entryOf(item.list()), entry -> new Written(entry, item.items(), edit.original()));
    }

    /** A list value while its items are changed one by one. */
    private static final class Written {
        private final List<String> items;
        private String text;

        Written(Entry entry, List<String> items, EnvDocument original) {
            this.items = new ArrayList<>(items);
            this.text = EnvEditor.written(original, entry);
        }

        /** Returns whether nothing would be left without the item. */
        boolean hasOnly(String item) {
            return items.stream().filter(each -> !each.isEmpty()).count() == 1 && items.contains(item);
        }

        void with(String item, String replacement) {
            text = EnvEditor.withItem(text, items, item, replacement);
            items.set(items.indexOf(item), replacement);
        }
    }
}
