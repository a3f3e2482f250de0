package io.keyward.cli.holder;

import io.keyward.ApiKey;
import io.keyward.cli.terminal.CommandFailure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Names the place in a file where one key is kept: a table of the person's own credential file, or the top of another
 * program's configuration.
 */
abstract sealed class CredentialPlace {
    private static final String KEY = "api_key";

    private final SecretFile file;
    private final List<String> table;
    private final String label;

    private CredentialPlace(SecretFile file, List<String> table, String label) {
        this.file = file;
        this.table = table;
        this.label = label;
    }

    /**
     * Returns the place for an environment and a role in the person's own file, a table such as
     * {@code [default.client]}.
     */
    static CredentialPlace stored(SecretFile file, String environment, String role) {
        return new Stored(file, environment, role);
    }

    /** Returns the places in the person's own file that hold a key, in the order of the file. */
    static List<CredentialPlace> allStored(SecretFile file) {
        List<CredentialPlace> places = new ArrayList<>();
        tomlOf(file)
                .ifPresent(entries -> entries.names(List.of())
                        .forEach(environment -> entries.names(List.of(environment)).stream()
                                .filter(role -> entries.names(List.of(environment, role))
                                        .contains(KEY))
                                .forEach(role -> places.add(new Stored(file, environment, role)))));
        return places;
    }

    private static Optional<TomlText> tomlOf(SecretFile file) {
        return file.read().map(text -> TomlText.parse(file.path(), text));
    }

    /** Returns the place at the top of a flat file like FetchML's {@code ~/.ml/config.toml}. */
    static CredentialPlace flat(SecretFile file) {
        return new Flat(file);
    }

    /** Returns what a person calls the place, like {@code client@default}. */
    String label() {
        return label;
    }

    SecretFile file() {
        return file;
    }

    /**
     * Returns the credential that is kept here; nothing if there is none.
     *
     * @throws CommandFailure if the file is damaged, a link that is not followed, or open to others
     */
    Optional<Credential> find() {
        Optional<Credential> found = tomlOf(file).flatMap(this::credentialIn);
        if (found.isPresent()) {
            file.requirePrivate();
        }
        return found;
    }

    /**
     * Returns the credential that is kept here.
     *
     * @throws CommandFailure as {@link #find}, and if there is none
     */
    Credential require() {
        return find().orElseThrow(() ->
                CommandFailure.refused("no key is stored for " + label + "; store one with `keyward login`"));
    }

    /**
     * Returns the key that is stored here, even if others can read the file; nothing if there is none, or it is not a
     * key.
     */
    Optional<Credential> peek() {
        try {
            return tomlOf(file).flatMap(this::credentialIn);
        } catch (CommandFailure damaged) {
            return Optional.empty();
        }
    }

    /** Returns what is erased together with the key, in words that follow "removed". */
    abstract String erasure();

    /** Returns the URL that is stored here, with a key or without one; nothing if there is none. */
    Optional<ServiceUrl> url() {
        return tomlOf(file).flatMap(this::urlIn);
    }

    /** Stores a key here instead of the previous one. The previous URL stays if none is given. */
    void keep(ApiKey key, @Nullable ServiceUrl url) {
        file.edit(before -> {
            TomlText toml = TomlText.parse(file.path(), before.orElse(""));
            Map<String, String> entries = new LinkedHashMap<>();
            entries.put(KEY, TomlText.quoted(key.reveal()));
            if (url != null) {
                addUrl(entries, url, toml);
            }
            return Optional.of(toml.with(table, entries).text());
        });
    }

    /** Removes the key that is stored here, and returns whether there was one. */
    boolean erase() {
        boolean holdsKey =
                tomlOf(file).filter(toml -> toml.names(table).contains(KEY)).isPresent();
        if (holdsKey) {
            file.edit(before -> before.map(text ->
                    TomlText.parse(file.path(), text).without(table, erased()).text()));
        }
        return holdsKey;
    }

    /** Returns the URL among the entries. */
    abstract Optional<ServiceUrl> urlIn(TomlText toml);

    /** Adds the entries, as TOML values, that hold a URL. */
    abstract void addUrl(Map<String, String> entries, ServiceUrl url, TomlText before);

    /** Returns the names of the entries that are erased with the key. */
    abstract Set<String> erased();

    /** Returns the path of an entry of this place. */
    final List<String> at(String name) {
        return TomlText.join(table, name);
    }

    /** Reads a URL of the file. */
    final ServiceUrl parseUrl(TomlText toml, String name, String text) {
        try {
            return ServiceUrl.parse(text);
        } catch (CommandFailure e) {
            throw CommandFailure.file(toml.place(at(name)) + ": " + e.getMessage(), e);
        }
    }

    private Optional<Credential> credentialIn(TomlText toml) {
        return toml.string(at(KEY)).map(text -> {
            try {
                return new Credential(label, ApiKey.of(text), urlIn(toml).orElse(null));
            } catch (IllegalArgumentException e) {
                throw CommandFailure.file(toml.place(at(KEY)) + ": " + e.getMessage() + "; log in again", e);
            }
        });
    }

    private static final class Stored extends CredentialPlace {
        private static final String ORIGIN = "origin";
        private static final String CHECK_PATH = "check_path";

        Stored(SecretFile file, String environment, String role) {
            super(file, List.of(environment, role), role + "@" + environment);
        }

        @Override
        Optional<ServiceUrl> urlIn(TomlText toml) {
            String path = toml.string(at(CHECK_PATH)).orElse("/");
            return toml.string(at(ORIGIN)).map(origin -> parseUrl(toml, ORIGIN, origin + path));
        }

        @Override
        void addUrl(Map<String, String> entries, ServiceUrl url, TomlText before) {
            entries.put(ORIGIN, TomlText.quoted(url.origin().toString()));
            entries.put(CHECK_PATH, TomlText.quoted(url.path()));
        }

        @Override
        Set<String> erased() {
            return Set.of(KEY, ORIGIN, CHECK_PATH);
        }

        @Override
        String erasure() {
            return label();
        }
    }

    private static final class Flat extends CredentialPlace {
        private static final String HOST = "worker_host";
        private static final String PORT = "worker_port";
        private static final String URL = "api_url";

        Flat(SecretFile file) {
            super(file, List.of(), String.valueOf(file.path()));
        }

        @Override
        Optional<ServiceUrl> urlIn(TomlText toml) {
            Optional<String> url = toml.string(at(URL));
            if (url.isPresent()) {
                return url.map(text -> parseUrl(toml, URL, text));
            }
            Optional<Long> port = toml.number(at(PORT));
            return port.isEmpty()
                    ? Optional.empty()
                    : toml.string(at(HOST)).map(host -> parseUrl(toml, HOST, "http://" + host + ":" + port.get()));
        }

        @Override
        void addUrl(Map<String, String> entries, ServiceUrl url, TomlText before) {
            // The worker may be on another host than the API on purpose, so existing entries stay.
            if (!before.names(List.of()).contains(HOST)) {
                entries.put(HOST, TomlText.quoted(url.origin().host()));
            }
            if (!before.names(List.of()).contains(PORT)) {
                entries.put(PORT, String.valueOf(url.origin().port()));
            }
            entries.put(URL, TomlText.quoted(url.asGiven()));
        }

        @Override
        Set<String> erased() {
            return Set.of(KEY);
        }

        @Override
        String erasure() {
            return "the line `" + KEY + "` of " + label() + ", and nothing else of it";
        }
    }
}
