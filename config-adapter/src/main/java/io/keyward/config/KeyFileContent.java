package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyHash;
import io.keyward.env.EnvDocument;
import io.keyward.env.EnvParser;
import io.keyward.store.StoreException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The content of a key file at one moment, read leniently. Immutable. */
final class KeyFileContent {
    private static final byte[] NONE = {};

    private final byte[] bytes;
    private final boolean exists;
    private final KeyFileAccess access;
    private final EnvDocument document;
    private final KeyDefinitions keys;
    private final Set<String> roles = new TreeSet<>();
    private final List<ConfigProblem> problems = new ArrayList<>();
    private final ConfigSources sources;
    private final List<ConfigProblem> unknownNames = new ArrayList<>();

    /** Reads bytes; null for no file. */
    KeyFileContent(byte @Nullable [] content, KeyFileAccess access) {
        this.exists = content != null;
        this.bytes = content == null ? NONE : content;
        this.access = access;
        Path path = access.file().toAbsolutePath().normalize();
        this.document = EnvParser.read(path.toString(), bytes);
        document.problems().forEach(problem -> problems.add(ConfigProblem.of(path.toString(), problem)));
        this.sources = ConfigSources.ofFile(path, document, access.environment(), problems);
        ValueReader values = new ValueReader(sources, new FileSnapshot(), path.resolveSibling(""));
        roles.addAll(access.roles());
        Assignment declared = values.first(Property.ROLES);
        if (declared != null) {
            roles.addAll(new Problems(problems).read(declared, List.of(), values::list));
        }
        this.keys = KeyDefinitions.lenient(sources, values, roles, access.hexKeys());
        problems.addAll(keys.problems());
        sources.unknown().forEach(name -> unknownNames.add(ConfigSources.unknownName(name)));
    }

    /** Returns what the file would be with another text. */
    KeyFileContent with(String text) {
        return new KeyFileContent(text.getBytes(UTF_8), access);
    }

    byte[] bytes() {
        return bytes;
    }

    boolean exists() {
        return exists;
    }

    boolean isSameFile(KeyFileContent other) {
        return exists == other.exists && Arrays.equals(bytes, other.bytes);
    }

    EnvDocument document() {
        return document;
    }

    KeyDefinitions keys() {
        return keys;
    }

    /** Returns the roles that make variables into key lists, sorted. */
    Set<String> roles() {
        return roles;
    }

    ListNames listNames() {
        return new ListNames(roles);
    }

    /** Returns what is wrong with lines and keys. */
    List<ConfigProblem> problems() {
        return problems;
    }

    /** Returns a note for each variable whose name is almost that of a key list. */
    List<ConfigProblem> almostLists() {
        return listNames().almost(sources);
    }

    /** Returns what a service would refuse besides {@link #problems}: names that mean nothing. */
    List<ConfigProblem> unknownNames() {
        return unknownNames;
    }

    /** Returns the key of an id, even if something is wrong with it; null if there is none. */
    @Nullable
    KeyDefinition find(String id) {
        KeyDefinition key = keys.find(id);
        return key == null || key.record() == null ? null : key;
    }

    /** Returns all records by id, as far as each could be read. */
    Map<String, ApiKeyRecord> records() {
        Map<String, ApiKeyRecord> records = new HashMap<>();
        for (KeyDefinition each : keys.all()) {
            KeyDefinition key = keys.find(each.id());
            ApiKeyRecord record = key == null ? null : key.record();
            if (record != null) {
                records.put(record.id(), record);
            }
        }
        return records;
    }

    /** Returns the ids of the keys by their hashes. */
    Map<KeyHash, String> holders() {
        Map<KeyHash, String> holders = new HashMap<>();
        keys.all().forEach(key -> key.claims().forEach(claim -> holders.put(claim.hash(), key.id())));
        return holders;
    }

    /** Returns where an assignment of this file is written. */
    EnvDocument.Entry entryOf(Assignment assignment) {
        EnvDocument.Entry entry = document.find(assignment.spelling());
        if (entry == null) {
            throw new IllegalArgumentException(assignment + " is not of this file");
        }
        return entry;
    }

    /**
     * Returns this; refuses a file in which anything is wrong.
     *
     * @throws StoreException if so; it names every problem
     */
    KeyFileContent requireSound() {
        requireNone(problems);
        return this;
    }

    static void requireNone(Collection<ConfigProblem> problems) {
        if (!problems.isEmpty()) {
            throw new StoreException(ConfigException.describe(List.copyOf(problems)));
        }
    }
}
