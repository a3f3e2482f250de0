package io.keyward.config;

import io.keyward.KeyState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Says what a load of the configuration found: which files were read and which were not, which value of a name is used
 * and which are not, which keys there are, and what is wrong or looks wrong.
 *
 * <p>It exists because of the classic mistake: editing a file that the running service does not read. {@link #text} is
 * for people; the rest is the same for programs. Holds no secret and no hash. Immutable; may be shared between threads.
 */
public final class ConfigReport {
    private final Instant time;
    private final Mode mode;
    private final String modeReason;
    private final List<SeenFile> files;
    private final List<Setting> settings;
    private final Set<String> declaredRoles;
    private final List<ReportedKey> keys;
    private final List<ReportedKey> expiringSoon;
    private final List<ConfigProblem> warnings;
    private final List<ConfigProblem> problems;

    ConfigReport(Instant time, Mode mode, String modeReason, Findings findings) {
        this.time = time;
        this.mode = mode;
        this.modeReason = modeReason;
        this.files = List.copyOf(findings.files);
        this.settings = List.copyOf(findings.settings);
        this.declaredRoles = Set.copyOf(findings.declaredRoles);
        this.keys = List.copyOf(findings.keys);
        this.expiringSoon = List.copyOf(findings.expiringSoon);
        this.warnings = List.copyOf(findings.warnings);
        this.problems = List.copyOf(findings.problems);
    }

    /** Returns this report with the problems of a reload that was refused after it. */
    ConfigReport withProblems(List<ConfigProblem> refused) {
        return new ConfigReport(
                time,
                mode,
                modeReason,
                new Findings(files, settings, declaredRoles, keys, expiringSoon, warnings, refused));
    }

    /** Returns when the load began, by the configured clock. */
    public Instant time() {
        return time;
    }

    /** Returns by which rules keys were loaded. */
    public Mode mode() {
        return mode;
    }

    /** Returns why that mode is in force, with the place that decided. */
    public String modeReason() {
        return modeReason;
    }

    /** Returns the files that were read, were not found, or exist and are not read. */
    public List<SeenFile> files() {
        return files;
    }

    /**
     * Returns every name that matters, with the place of the value that is used and the places of those that are not.
     */
    public List<Setting> settings() {
        return settings;
    }

    /** Returns the roles that {@code keyward.roles} declares, in whatever source it is; not those declared in code. */
    public Set<String> declaredRoles() {
        return declaredRoles;
    }

    /** Returns all keys, by id. */
    public List<ReportedKey> keys() {
        return keys;
    }

    /** Returns the ids of the keys of each role given, roles and ids sorted. */
    public Map<String, Set<String>> keyIdsByRole() {
        Map<String, Set<String>> byRole = new TreeMap<>();
        for (ReportedKey key : keys) {
            key.roles()
                    .forEach(role -> byRole.computeIfAbsent(role, name -> new TreeSet<>())
                            .add(key.id()));
        }
        return byRole;
    }

    /** Returns the keys that expire within the time of {@code keyward.expiry-warning}, or have expired. */
    public List<ReportedKey> expiringSoon() {
        return expiringSoon;
    }

    /** Returns what is accepted but looks wrong. */
    public List<ConfigProblem> warnings() {
        return warnings;
    }

    /**
     * Returns why the last load was refused; empty if it was not. While it is not empty, the keys of the last good load
     * stay in force, and the rest of this report describes those.
     */
    public List<ConfigProblem> problems() {
        return problems;
    }

    /** Returns the whole report as text for people, in lines. */
    public String text() {
        return new ReportPrinter(this).write();
    }

    @Override
    public String toString() {
        return "ConfigReport[" + mode + ", " + keys.size() + " keys, " + warnings.size() + " warnings, "
                + problems.size() + " problems]";
    }

    /** Says by which rules keys are loaded. */
    public enum Mode {
        /** Plaintext keys and well-known keys are refused. */
        PRODUCTION,
        /** Plaintext keys and well-known keys load. */
        DEVELOPMENT
    }

    /** Says what became of a file. */
    public enum FileUse {
        /** It was read. */
        READ,
        /** It was looked for and is not there. */
        NOT_FOUND,
        /** It exists and is not read, although an operator may think that it is. */
        NOT_READ
    }

    /**
     * A file that was read, looked for or noticed.
     *
     * @param path the absolute path by which it was looked for
     * @param realPath where symbolic links lead; null if there is no file
     * @param use what became of it
     * @param size its bytes; 0 if there is no file
     * @param modified when it was last changed; null if there is no file
     * @param permissions such as {@code rw-------}; null if there is no file or the file system has none
     * @param notes what an operator should know of it, a sentence each
     */
    public record SeenFile(
            Path path,
            @Nullable Path realPath,
            FileUse use,
            long size,
            @Nullable Instant modified,
            @Nullable String permissions,
            List<String> notes) {
        /** Copies the notes. */
        public SeenFile {
            notes = List.copyOf(notes);
        }
    }

    /**
     * The place where a value is written.
     *
     * @param source the file, or what else it is
     * @param line the line, from 1; 0 if not known
     * @param spelling the name as written there
     */
    public record Place(String source, int line, String spelling) {
        /** Returns {@code file:line}, or the source alone. */
        @Override
        public String toString() {
            return line > 0 ? source + ":" + line : source;
        }
    }

    /**
     * One name and where it was found.
     *
     * @param name the name in the spelling of the documentation
     * @param winner the place of the value that is used
     * @param losers the places of the other values, which are not used because the winner's source comes first
     * @param items how many items the value has, if it is a key list; else 0
     */
    public record Setting(String name, Place winner, List<Place> losers, int items) {
        /** Copies the losers. */
        public Setting {
            losers = List.copyOf(losers);
        }
    }

    /**
     * One key.
     *
     * @param id its id
     * @param roles the roles given to it
     * @param state whether it is active, disabled or revoked
     * @param expiresAt when it expires; null for never
     * @param retiringUntil when the secret that is being replaced expires; null if there is none
     * @param plaintext whether the key itself is in the configuration, not its hash
     * @param place where it is written
     */
    public record ReportedKey(
            String id,
            Set<String> roles,
            KeyState state,
            @Nullable Instant expiresAt,
            @Nullable Instant retiringUntil,
            boolean plaintext,
            Place place) {
        /** Copies the roles. */
        public ReportedKey {
            roles = Set.copyOf(roles);
        }
    }

    /** The lists of a report. */
    record Findings(
            List<SeenFile> files,
            List<Setting> settings,
            Set<String> declaredRoles,
            List<ReportedKey> keys,
            List<ReportedKey> expiringSoon,
            List<ConfigProblem> warnings,
            List<ConfigProblem> problems) {}
}
