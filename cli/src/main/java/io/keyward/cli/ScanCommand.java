package io.keyward.cli;

import io.keyward.KeyFormat;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.KeyHashers;
import io.keyward.KeyState;
import io.keyward.config.KeyFile;
import io.keyward.store.ApiKeyManager;
import jakarta.json.JsonArrayBuilder;
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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Finds issued keys in files, directories and streams. */
@Command(
        name = "scan",
        description = {
            "Finds issued keys in files, directories and streams, and prints where they are and which, never the keys.",
            "",
            "Only texts whose check digits match are reported. Binary files, symbolic links inside directories and what is"
                    + " in archives are left out; so are the objects in .git, whose content comes by a dump on standard input; then the"
                    + " file and commit of the dump are named, too."
        },
        exitCodeListHeading = ExitCode.HEADING,
        exitCodeList = {
            "0:no key was found",
            "1:a key was found",
            ExitCode.USAGE_LINE,
            "3:no key was found, but something could not be read"
        },
        footer = {
            "",
            "Examples:",
            "  keyward scan src config",
            "  git log -p --all | keyward scan -",
            "  keyward scan --prefix acme_live --json .",
            "  keyward scan --revoke --file /etc/app/.env leaked.log"
        })
final class ScanCommand implements Callable<Integer> {
    private static final String STDIN = "-";
    private static final long PROGRESS_NANOS = 200_000_000L;

    private final Terminal terminal;
    private final List<Hit> hits = new ArrayList<>();
    private int filesRead;
    private int unreadable;
    private long lastProgress = System.nanoTime();
    private boolean progressShown;

    @Parameters(
            paramLabel = "PATH",
            arity = "1..*",
            description = "Files and directories to look through; - is standard input.")
    private List<String> paths = List.of();

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            converter = PrefixOption.class,
            description = "Report keys with this prefix only. Default: any.")
    private @Nullable KeyFormat only;

    @Option(names = "--revoke", description = "Revoke those of the found keys that the key file knows.")
    private boolean revoke;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            defaultValue = ".env",
            description = "The key file for --revoke. Default: ${DEFAULT-VALUE}.")
    private Path file = Path.of(".env");

    @Option(
            names = "--declared-roles",
            paramLabel = "ROLE",
            split = ",",
            description = "With --revoke: roles that the service declares in its code.")
    private List<String> roles = List.of();

    @Option(names = "--json", description = "Print JSON: an array of path, line, diff, prefix, id.")
    private boolean json;

    ScanCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        KeyFile keys = revoke ? FileOptions.existing(file, roles, terminal) : null;
        KeyScanner scanner = new KeyScanner(only);
        for (String path : paths) {
            if (path.equals(STDIN)) {
                scanStream("(standard input)", terminal.in(), false, scanner);
            } else {
                scanTree(Path.of(path), scanner);
            }
        }
        clearProgress();
        report();
        if (keys != null) {
            revokeKnown(keys);
        }
        if (!hits.isEmpty()) {
            return ExitCode.REFUSED;
        }
        return unreadable > 0 ? ExitCode.FILE : ExitCode.OK;
    }

    private void scanTree(Path root, KeyScanner scanner) {
        try {
            // A path that was named is followed, those below it are not.
            Files.walkFileTree(Files.exists(root) ? root.toRealPath() : root, new Visitor(root, scanner));
        } catch (IOException e) {
            unreadable(root, e);
        }
    }

    private void scanFile(Path file, Path shownAs, KeyScanner scanner) {
        try (InputStream in = Files.newInputStream(file)) {
            scanStream(shownAs.toString(), in, true, scanner);
        } catch (IOException e) {
            unreadable(shownAs, e);
        }
    }

    private void scanStream(String name, InputStream in, boolean skipBinary, KeyScanner scanner) {
        try {
            if (scanner.scan(in, skipBinary, finding -> hits.add(new Hit(name, finding)))) {
                filesRead++;
            }
            showProgress(scanner);
        } catch (IOException e) {
            unreadable(Path.of(name), e);
        }
    }

    private void unreadable(Path path, IOException e) {
        unreadable++;
        clearProgress();
        terminal.note("cannot read " + path + ": " + e.getClass().getSimpleName());
    }

    private void report() {
        if (json) {
            JsonArrayBuilder array = jakarta.json.Json.createArrayBuilder();
            hits.forEach(hit -> array.add(Json.object()
                    .add("path", hit.path())
                    .add("line", hit.finding().line())
                    .add("diff", hit.finding().diff())
                    .add("prefix", hit.finding().format().prefix())
                    .add("id", hit.finding().id())));
            terminal.show(Json.print(array.build()));
        } else {
            StringBuilder text = new StringBuilder();
            hits.forEach(hit -> text.append(Terminal.printable(hit.path()).replace('\n', '?'))
                    .append(':')
                    .append(hit.finding().line())
                    .append(hit.place())
                    .append(": key ")
                    .append(hit.finding().id())
                    .append(" with prefix ")
                    .append(hit.finding().format().prefix())
                    .append('\n'));
            terminal.show(text.toString());
        }
        terminal.note((hits.isEmpty() ? "no key" : hits.size() == 1 ? "1 key" : hits.size() + " keys") + " found in "
                + filesRead + (filesRead == 1 ? " file" : " files")
                + (unreadable > 0 ? "; " + unreadable + " could not be read" : ""));
    }

    /** Goes by the hash and not by the id in the text: otherwise a planted text could revoke anybody's key. */
    private void revokeKnown(KeyFile keys) {
        Map<KeyHash, String> ids = new HashMap<>();
        keys.records().stream()
                .filter(record -> record.state() != KeyState.REVOKED)
                .forEach(record -> record.secrets().forEach(secret -> ids.put(secret.hash(), record.id())));
        KeyHasher hasher = KeyHashers.sha256();
        Set<String> known = new TreeSet<>();
        hits.stream()
                .map(hit -> ids.get(hasher.hash(hit.finding().key())))
                .filter(Objects::nonNull)
                .forEach(known::add);
        ApiKeyManager manager = FileOptions.manager(keys, KeyFormat.of(PrefixOption.DEFAULT), Set.of());
        for (String id : known) {
            terminal.uninterrupted(() -> manager.revoke(id));
            terminal.note("revoked key " + id + " in " + file);
        }
        FileOptions.noteProblems(keys, file, terminal);
        if (known.isEmpty()) {
            terminal.note("none of them is a key in force of " + file + ", as far as it holds plain hashes");
        }
    }

    private void showProgress(KeyScanner scanner) {
        if (terminal.isInteractive() && System.nanoTime() - lastProgress > PROGRESS_NANOS) {
            lastProgress = System.nanoTime();
            progressShown = true;
            terminal.err()
                    .print("\r" + filesRead + " files, " + (scanner.bytesRead() >> 20) + " MiB, " + hits.size()
                            + " found ");
            terminal.err().flush();
        }
    }

    private void clearProgress() {
        if (progressShown) {
            terminal.err().print("\r" + " ".repeat(60) + "\r");
            progressShown = false;
        }
    }

    private record Hit(String path, KeyScanner.Finding finding) {
        String place() {
            String diff = finding.diff();
            return diff.isEmpty() ? "" : " (" + Terminal.printable(diff).replace('\n', '?') + ")";
        }
    }

    private final class Visitor extends SimpleFileVisitor<Path> {
        private final Path root;
        private final Path realRoot;
        private final KeyScanner scanner;

        Visitor(Path root, KeyScanner scanner) throws IOException {
            this.root = root;
            this.realRoot = Files.exists(root) ? root.toRealPath() : root;
            this.scanner = scanner;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            boolean isGit = directory.endsWith(".git") && !directory.equals(realRoot);
            return isGit ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() || file.equals(realRoot)) {
                scanFile(file, file.equals(realRoot) ? root : root.resolve(realRoot.relativize(file)), scanner);
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
