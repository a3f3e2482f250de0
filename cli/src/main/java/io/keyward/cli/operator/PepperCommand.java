package io.keyward.cli.operator;

import io.keyward.KeyHasher;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import io.keyward.env.Failures;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "pepper",
        description = {
            "Makes a pepper and its check value, which reveals another pepper under the same id.",
            "",
            "Prints the two lines for the configuration. With --out the pepper itself is written to another file,"
                    + " which must be kept apart from the hashes, and the first line names that file. The check"
                    + " value is not secret.",
            "",
            "With --check, reads an existing pepper from standard input and prints the line of its check value."
                    + " Give a new pepper a new id, because the hashes of an id fit only the pepper that made them."
        },
        exitCodeList = "1:the text is not a pepper, or the id is not valid",
        footer = {
            "  keyward pepper p1 --out /run/secrets/pepper >> .env",
            "  keyward pepper p1 --check < /run/secrets/pepper >> .env"
        })
final class PepperCommand implements Runnable {
    private static final FileAttribute<?> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Terminal terminal;

    @Parameters(
            paramLabel = "ID",
            description = "Id of the pepper: 1 to 32 of a-z 0-9 _ -, beginning with a letter or digit.")
    private String id = "";

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Write the pepper to this file, which must not exist yet; mode 0600.")
    private @Nullable Path out;

    @Option(names = "--check", description = "Print only the check value, of a pepper from standard input.")
    private boolean check;

    @Option(
            names = "--json",
            description = "Print JSON: id, pepper (not with --check), check. With --out, pepper is @FILE.")
    private boolean json;

    PepperCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        if (check && out != null) {
            throw CommandFailure.usage("--check makes no pepper, so --out has nothing to write; leave one of them out");
        }
        if (check) {
            terminal.show(shown(null, checkOf(terminal.readSecret("Pepper (not shown): "))));
            return;
        }
        String pepper = newPepper();
        String checkValue = checkOf(pepper);
        if (out == null) {
            terminal.showKey(shown(pepper, checkValue));
        } else {
            Path file = out.toAbsolutePath().normalize();
            write(file, pepper + "\n");
            terminal.show(shown("@" + file, checkValue));
        }
    }

    /** Returns the assignments. The value of a pepper is in quotes, because the name of a file may have blanks. */
    private String shown(@Nullable String value, String checkValue) {
        if (json) {
            Json object = Json.object().add("id", id);
            if (value != null) {
                object.add("pepper", value);
            }
            return object.add("check", checkValue).print();
        }
        String name = "keyward.peppers." + id;
        return (value == null ? "" : name + "=\"" + value + "\"\n") + name + ".check=" + checkValue + "\n";
    }

    private static String newPepper() {
        byte[] pepper = new byte[KeyHasher.MIN_PEPPER_LENGTH];
        new SecureRandom().nextBytes(pepper);
        return Base64.getEncoder().encodeToString(pepper);
    }

    private String checkOf(String pepper) {
        try {
            byte[] bytes = Base64.getDecoder().decode(pepper.strip());
            return KeyHasher.hmacSha256(id, bytes).check().orElseThrow();
        } catch (IllegalArgumentException e) {
            throw CommandFailure.refused("a pepper is base64 of at least " + KeyHasher.MIN_PEPPER_LENGTH
                    + " bytes, and its id is 1 to 32 of a-z 0-9 _ -, beginning with a letter or digit");
        }
    }

    /** Never replaces a file, because it may have the pepper of hashes that are in use. */
    private static void write(Path file, String text) {
        try {
            boolean isPosix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
            Files.createFile(file, isPosix ? new FileAttribute<?>[] {OWNER_ONLY} : new FileAttribute<?>[0]);
            Files.writeString(file, text);
        } catch (FileAlreadyExistsException e) {
            throw CommandFailure.file(
                    file + ": exists, and may have a pepper that is in use; name a file that does not exist", e);
        } catch (IOException e) {
            throw CommandFailure.file(file + ": cannot be written: " + Failures.describe(e), e);
        }
    }
}
