package io.keyward.config;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyRecord;
import io.keyward.config.ConfigReport.FileUse;
import io.keyward.config.ConfigReport.Findings;
import io.keyward.config.ConfigReport.Mode;
import io.keyward.config.ConfigReport.Place;
import io.keyward.config.ConfigReport.ReportedKey;
import io.keyward.config.ConfigReport.SeenFile;
import io.keyward.config.ConfigReport.Setting;
import io.keyward.config.KeyDefinition.Claim;
import io.keyward.env.EnvDocument;
import io.keyward.env.EnvParser;
import io.keyward.env.KeyFileBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Builds the report of one load. */
final class ReportBuilder {
    private static final int MOST_PARENTS = 6;
    /** What node and its frameworks put after {@code .env.}; SmallRye reads {@code .env-<profile>}. */
    private static final List<String> OTHER_ENDINGS = List.of("local", "production");

    private final Options options;
    private final ConfigSources sources;
    private final FileSnapshot files;
    private final KeyDefinitions definitions;
    private final Set<String> declaredRoles;
    private final ListNames names;
    private final Settings settings;
    private final Instant now;

    ReportBuilder(
            Options options,
            ConfigSources sources,
            FileSnapshot files,
            KeyDefinitions definitions,
            Set<String> declaredRoles,
            ListNames names,
            Settings settings) {
        this.options = options;
        this.sources = sources;
        this.files = files;
        this.definitions = definitions;
        this.declaredRoles = declaredRoles;
        this.names = names;
        this.settings = settings;
        this.now = options.clock().instant();
    }

    ConfigReport build(Mode mode, String modeReason, List<ConfigProblem> problems, List<ConfigProblem> warnings) {
        List<ReportedKey> keys = keys();
        List<ReportedKey> expiringSoon = keys.stream().filter(this::endsSoon).toList();
        List<ConfigProblem> all = new ArrayList<>(warnings);
        all.addAll(names.unread(sources));
        warnOfDollarSigns(all);
        all.addAll(definitions.copies());
        warnOfUnknownAttributes(all);
        if (mode == Mode.PRODUCTION) {
            warnOfPlaintext(keys, all);
        }
        expiringSoon.forEach(key -> all.add(new ConfigProblem(
                key.place().source(),
                key.place().line(),
                null,
                "key `" + key.id() + "` expires at " + key.expiresAt(),
                "a key is replaced before it expires",
                "rotate it, or remove it")));
        return new ConfigReport(
                now,
                mode,
                modeReason,
                new Findings(seenFiles(), settings(), declaredRoles, keys, expiringSoon, all, problems));
    }

    private void warnOfUnknownAttributes(List<ConfigProblem> warnings) {
        for (KeyDefinition key : definitions.sound()) {
            ApiKeyRecord record = requireNonNull(key.record());
            Set<String> unknown = record.unknownAttributes();
            if (!unknown.isEmpty()) {
                warnings.add(key.place()
                        .problem(
                                "key `" + record.id() + "` is rejected because of its attributes "
                                        + new TreeSet<>(unknown),
                                "a key with an attribute that this version does not know is rejected",
                                "upgrade this service, or remove them with the version that set them"));
            }
        }
    }

    /** Docker Compose turns two dollar signs into one in the files that it passes on; no other reader does. */
    private void warnOfDollarSigns(List<ConfigProblem> warnings) {
        for (KeyDefinition key : definitions.all()) {
            for (Claim claim : key.claims()) {
                if (claim.plaintext() != null && claim.plaintext().contains("$$")) {
                    warnings.add(
                            claim.assignment()
                                    .problem(
                                            claim.what() + " has $$ in it, and both signs are part of the key",
                                            "only Docker Compose makes one $ of $$",
                                            "write one $ if the key has one; use a separate file for Compose, or write the hash instead"));
                }
            }
        }
    }

    private static void warnOfPlaintext(List<ReportedKey> keys, List<ConfigProblem> warnings) {
        long plaintext = keys.stream().filter(ReportedKey::plaintext).count();
        if (plaintext > 0) {
            warnings.add(ConfigProblem.of(
                    null,
                    plaintext + " keys are in plaintext, in production",
                    "a production service keeps hashes",
                    "replace them by their hashes"));
        }
    }

    private boolean endsSoon(ReportedKey key) {
        return key.expiresAt() != null && key.expiresAt().isBefore(now.plus(settings.expiryWarning()));
    }

    private List<ReportedKey> keys() {
        List<ReportedKey> keys = new ArrayList<>();
        for (KeyDefinition key : definitions.sound()) {
            ApiKeyRecord record = requireNonNull(key.record());
            keys.add(new ReportedKey(
                    record.id(),
                    record.roles(),
                    record.state(),
                    record.current().expiresAt(),
                    record.retiring().map(secret -> secret.expiresAt()).orElse(null),
                    key.isPlaintext(),
                    place(key.place())));
        }
        keys.sort(Comparator.comparing(ReportedKey::id));
        return keys;
    }

    private List<Setting> settings() {
        List<Setting> all = new ArrayList<>();
        sources.lists().forEach((name, found) -> {
            if (concernsUs(name)) {
                all.add(setting(name, found, definitions.itemsOf(name)));
            }
        });
        sources.named().forEach((name, found) -> all.add(setting(name.canonical(), found, 0)));
        return all;
    }

    private static Setting setting(String name, List<Assignment> found, int items) {
        List<Place> losers = found.size() == 1
                ? List.of()
                : found.stream().skip(1).map(ReportBuilder::place).toList();
        return new Setting(name, place(found.get(0)), losers, items);
    }

    private static Place place(Assignment found) {
        return new Place(found.source(), found.line(), found.spelling());
    }

    private boolean concernsUs(String name) {
        return name.equals(Property.APP_ENV.pattern()) || names.isDeclared(name);
    }

    private List<SeenFile> seenFiles() {
        List<SeenFile> seen = new ArrayList<>();
        for (Path path : files.paths()) {
            seen.add(see(path, files.isMissing(path) ? FileUse.NOT_FOUND : FileUse.READ, List.of()));
        }
        Set<@Nullable Path> real = seen.stream().map(SeenFile::realPath).collect(Collectors.toCollection(HashSet::new));
        Instant newestRead = seen.stream()
                .map(SeenFile::modified)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .orElse(null);
        for (Path candidate : candidates()) {
            SeenFile file = see(candidate, FileUse.NOT_READ, List.of());
            if (Files.isRegularFile(candidate) && file.realPath() != null && real.add(file.realPath())) {
                seen.add(see(candidate, FileUse.NOT_READ, notes(file, newestRead)));
            } else if (file.realPath() == null && options.mentioned().contains(candidate)) {
                seen.add(see(candidate, FileUse.NOT_FOUND, List.of()));
            }
        }
        return seen;
    }

    /**
     * The files that an operator may take for the one that is read: the working directory's, those above, those named,
     * and those that other programs read next to a {@code .env}.
     */
    private Set<Path> candidates() {
        Set<Path> candidates = new LinkedHashSet<>(options.mentioned());
        candidates.add(options.directory().resolve(".env"));
        addParents(options.directory(), candidates);
        if (options.envFile() != null) {
            addParents(options.envFile().toAbsolutePath().normalize().getParent(), candidates);
        }
        Path file = options.file().toAbsolutePath().normalize();
        Stream.concat(sources.profiles().stream(), OTHER_ENDINGS.stream())
                .forEach(ending -> candidates.add(file.resolveSibling(file.getFileName() + "." + ending)));
        return candidates;
    }

    private static void addParents(@Nullable Path directory, Set<Path> candidates) {
        Path at = directory;
        for (int i = 0; i < MOST_PARENTS && at != null; i++) {
            candidates.add(at.resolve(".env"));
            at = at.getParent();
        }
    }

    private List<String> notes(SeenFile file, @Nullable Instant newestRead) {
        List<String> notes = new ArrayList<>();
        notes.add("This service does not read this file: what is changed in it has no effect.");
        if (file.modified() != null && newestRead != null && file.modified().isAfter(newestRead)) {
            notes.add("It was changed later than every file that is read.");
        }
        notes.addAll(differences(file.path()));
        return notes;
    }

    private List<String> differences(Path path) {
        List<String> notes = new ArrayList<>();
        try {
            EnvDocument text = EnvParser.read(path.toString(), KeyFileBytes.ofRegular(path));
            for (EnvDocument.Entry entry : text.entries()) {
                compare(entry, notes);
            }
        } catch (IOException e) {
            notes.add("It cannot be read (" + KeyFileBytes.reason(e) + ").");
        }
        return notes;
    }

    private void compare(EnvDocument.Entry entry, List<String> notes) {
        PropertyName name = PropertyName.parse(entry.name());
        String variable = ConfigSources.environmentForm(entry.name());
        boolean ours = name != null || concernsUs(variable);
        List<Assignment> found =
                name != null ? sources.named().get(name) : sources.lists().get(variable);
        if (ours && found == null) {
            notes.add(entry.name() + " (line " + entry.line() + ") is only in this file and is not in force.");
        } else if (ours && found != null && !found.get(0).value().equals(entry.value())) {
            notes.add(entry.name() + " (line " + entry.line() + ") differs from what is in force, which is at "
                    + found.get(0).place() + "; edit it there.");
        }
    }

    private static SeenFile see(Path path, FileUse use, List<String> notes) {
        try {
            Path real = path.toRealPath();
            return new SeenFile(
                    path,
                    real,
                    use,
                    Files.size(real),
                    Files.getLastModifiedTime(real).toInstant(),
                    FilePermissions.text(real),
                    notes);
        } catch (IOException none) {
            return new SeenFile(path, null, use, 0, null, null, notes);
        }
    }
}
