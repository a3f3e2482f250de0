package io.keyward.cli.scan;

import io.keyward.KeyFormat;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.KeyState;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.store.StoreOptions;
import io.keyward.cli.terminal.ActorOption;
import io.keyward.cli.terminal.Defaults;
import io.keyward.cli.terminal.EnvironmentOption;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.KeyInput;
import io.keyward.cli.terminal.PrefixOption;
import io.keyward.cli.terminal.Progress;
import io.keyward.cli.terminal.RolesOption;
import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.WriteOptions;
import io.keyward.env.Failures;
import io.keyward.store.ApiKeyManager;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds issued keys in files, directories and streams. */
@Command(
        name = "scan",
        description = {
            "Finds issued keys in files, directories and streams. Prints their places and ids, never the keys.",
            "",
            "Reports only texts whose check digits match. With --file, finds the hashes of that key file in other"
                    + " files, too. Looks into gzip, zip and jar files and UTF-16; what cannot be searched is"
                    + " named, and the exit code is 3. Does not follow symbolic links inside directories,"
                    + " and does not search the objects in .git, whose history --git searches. In"
                    + " the output of `git log -p`, names the file and the commit, too."
        },
        exitCodeList = {
            "0:no key was found",
            "1:a key or a hash was found",
            "3:nothing was found, but something could not be read or searched"
        },
        footer = {
            "  keyward scan src config",
            "  keyward scan --file /etc/app/.env --git .",
            "  git log -p --all | keyward scan -",
            "  keyward scan --prefix acme_live --json .",
            "  keyward scan --revoke --file /etc/app/.env leaked.log"
        })
public final class ScanCommand implements Callable<Integer>, Unpacker.Contents {
    private static final String STDIN = "-";

    private final Terminal terminal;
    private final List<Hit> hits = new ArrayList<>();
    private final Unpacker unpacker = new Unpacker(this);
    private KeyScanner scanner = new KeyScanner(null, Map.of());
    private @Nullable Path keyFile;
    private int filesRead;
    private int unreadable;
    private final Progress progress;

    @Parameters(
            paramLabel = "PATH",
            arity = "1..*",
            description = "Files and directories to search; - is standard input.")
    private List<String> paths = List.of();

    @Option(names = "--prefix", paramLabel = "PREFIX", description = "Report keys with this prefix only. Default: any.")
    private @Nullable KeyFormat only;

    @Option(names = "--revoke", description = "Revoke the found keys that are in the key file.")
    private boolean revoke;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "A key file. Its hashes are searched for in all other files, and --revoke revokes its"
                    + " keys. Default: none; for --revoke, KEYWARD_FILE or .env.")
    private @Nullable Path file;

    @Option(names = "--git", description = "Search the history of the Git repositories that the paths are in, too.")
    private boolean git;

    @Mixin
    private RolesOption roles = new RolesOption();

    @Mixin
    private EnvironmentOption environment = new EnvironmentOption();

    @Mixin
    private WriteOptions write = new WriteOptions();

    @Mixin
    private ActorOption who = new ActorOption();

    @Option(names = "--json", description = "Print JSON: an array of kind (key or hash), path, line, diff, prefix, id.")
    private boolean json;

    public ScanCommand(Terminal terminal) {
        this.terminal = terminal;
        this.progress = new Progress(terminal);
    }

    @Override
    public Integer call() {
        Path keyPath = file == null && revoke
                ? Path.of(terminal.environment().getOrDefault(Defaults.FILE_VARIABLE, ".env"))
                : file;
        OpenKeys keys = keyPath == null
                ? null
                : StoreOptions.existing(
                        new KeyInput(keyPath, roles.names(), environment.variables(terminal)), write::applyTo);
        keyFile = keyPath == null ? null : real(keyPath);
        scanner = new KeyScanner(only, keys == null ? Map.of() : hashesOf(keys));
        for (String path : paths) {
            if (path.equals(STDIN)) {
                scanStream("(standard input)", terminal.in());
            } else {
                scanTree(Path.of(path));
                if (git) {
                    scanHistory(Path.of(path));
                }
            }
        }
        progress.clear();
        report();
        if (keys != null && revoke) {
            revokeKnown(keys);
        }
        if (!hits.isEmpty()) {
            return ExitCode.REFUSED;
        }
        return unreadable > 0 ? ExitCode.FILE : ExitCode.OK;
    }

    private static Map<String, String> hashesOf(OpenKeys keys) {
        Map<String, String> ids = new HashMap<>();
        keys.records()
                .forEach(record -> record.secrets().forEach(secret -> {
                    String hash = secret.hash().reveal();
                    ids.put(hash.substring(hash.lastIndexOf(':') + 1), record.id());
                }));
        return ids;
    }

    private void scanTree(Path root) {
        try {
            // A symbolic link is followed if it was named, and not if it is inside a directory.
            Files.walkFileTree(real(root), new Visitor(root));
        } catch (IOException e) {
            unreadable(root, e);
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException missing) {
            // Reading it says what is wrong with it.
            return path;
        }
    }

    private void scanHistory(Path path) {
        Path directory = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
        try (GitHistory history = GitHistory.of(directory == null ? path : directory)) {
            scanStream("history of " + path, history.dump());
            history.requireWhole();
        } catch (IOException e) {
            closed("the history of " + path, String.valueOf(e.getMessage()));
        }
    }

    private void scanFile(Path file, Path shownAs) {
        try (InputStream in = Files.newInputStream(file)) {
            scanStream(shownAs.toString(), in);
        } catch (IOException e) {
            unreadable(shownAs, e);
        }
    }

    private void scanStream(String name, InputStream in) {
        try {
            unpacker.open(name, in);
            filesRead++;
            showProgress();
        } catch (IOException e) {
            unreadable(Path.of(name), e);
        }
    }

    @Override
    public void closed(String name, String reason) {
        skipped("did not look into " + Terminal.oneLine(name) + ": " + reason);
    }

    private void unreadable(Path path, IOException e) {
        skipped("cannot read " + path + ": " + Failures.describe(e));
    }

    private void skipped(String note) {
        unreadable++;
        progress.clear();
        terminal.note(note);
    }

    @Override
    public void plain(String name, InputStream in) throws IOException {
        scanner.scan(in, finding -> {
            // The hashes in the key file itself are not a leak.
            if (finding.key() != null || !isKeyFile(name)) {
                hits.add(new Hit(name, finding));
            }
        });
    }

    private boolean isKeyFile(String name) {
        return keyFile != null && real(Path.of(name)).equals(keyFile);
    }

    private void report() {
        terminal.show(
                json
                        ? Json.print(hits.stream().map(Hit::json).toList())
                        : hits.stream().map(hit -> hit.line() + "\n").collect(Collectors.joining()));
        long hashes = hits.stream().filter(hit -> hit.finding().key() == null).count();
        terminal.note(countOf(hits.size() - hashes, "key", "keys")
                + (hashes == 0 ? "" : " and " + countOf(hashes, "hash", "hashes")) + " found in "
                + filesRead + (filesRead == 1 ? " file" : " files")
                + (unreadable > 0 ? "; " + unreadable + " could not be read or looked into" : ""));
    }

    private static String countOf(long count, String one, String many) {
        return count == 0 ? "no " + one : count + " " + (count == 1 ? one : many);
    }

    /** Compares hashes and not the ids in the texts, because otherwise a planted text could revoke any key. */
    private void revokeKnown(OpenKeys keys) {
        Map<KeyHash, String> ids = new HashMap<>();
        keys.records().stream()
                .filter(record -> record.state() != KeyState.REVOKED)
                .forEach(record -> record.secrets().forEach(secret -> ids.put(secret.hash(), record.id())));
        KeyHasher hasher = KeyHasher.sha256();
        Set<String> known = new TreeSet<>();
        hits.stream()
                .map(hit -> hit.finding().key())
                .filter(Objects::nonNull)
                .map(key -> ids.get(hasher.hash(key)))
                .filter(Objects::nonNull)
                .forEach(known::add);
        ApiKeyManager manager = keys.manager(KeyFormat.of(PrefixOption.DEFAULT), Set.of(), who.actor(terminal));
        for (String id : known) {
            terminal.uninterrupted(() -> manager.revoke(id));
            terminal.note("revoked key " + id + " in " + keys.name());
        }
        keys.noteProblems(terminal);
        if (known.isEmpty()) {
            terminal.note("none of them is a valid key of " + keys.name() + "; hashes with a pepper were not compared");
        }
    }

    private void showProgress() {
        progress.show(() -> filesRead + " files, " + (scanner.bytesRead() >> 20) + " MiB, " + hits.size() + " found ");
    }

    private record Hit(String path, KeyScanner.Finding finding) {
        String line() {
            String place = Terminal.oneLine(path) + ":" + finding.line()
                    + (finding.diff().isEmpty() ? "" : " (" + Terminal.oneLine(finding.diff()) + ")");
            KeyFormat format = finding.format();
            return format == null
                    ? place + ": the hash of key " + finding.id()
                    : place + ": key " + finding.id() + " with prefix " + format.prefix();
        }

        Json json() {
            KeyFormat format = finding.format();
            return Json.object()
                    .add("kind", format == null ? "hash" : "key")
                    .add("path", path)
                    .add("line", finding.line())
                    .add("diff", finding.diff())
                    .add("prefix", format == null ? null : format.prefix())
                    .add("id", finding.id());
        }
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;
        private final Path realRoot;

        Visitor(Path root) {
            this.root = root;
            this.realRoot = real(root);
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            boolean isGit = directory.endsWith(".git") && !directory.equals(realRoot);
            return isGit ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() || file.equals(realRoot)) {
                scanFile(file, file.equals(realRoot) ? root : root.resolve(realRoot.relativize(file)));
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) {
            unreadable(file, e);
            return FileVisitResult.CONTINUE;
        }
    }
}
