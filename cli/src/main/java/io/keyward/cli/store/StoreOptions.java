package io.keyward.cli.store;

import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.FileOptions;
import io.keyward.cli.terminal.KeyInput;
import io.keyward.cli.terminal.Terminal;
import io.keyward.config.KeyFile;
import java.nio.file.Files;
import java.util.List;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The options that name the keys of a command. All commands open their keys here. */
public final class StoreOptions {
    private static final List<String> FILE_OPTIONS = List.of("--file", "--in-place", "--env-file");

    @Mixin
    private FileOptions file = new FileOptions();

    @Mixin
    private DatabaseOptions database = new DatabaseOptions();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /**
     * Opens keys that must exist.
     *
     * @param written sets how a key file is written
     * @throws CommandFailure if there is no such file, or a file that an option names cannot be read
     */
    public OpenKeys existing(Terminal terminal, UnaryOperator<KeyFile> written) {
        return isDatabase() ? database(terminal) : existing(file.input(terminal), written);
    }

    /** Opens the keys of a file that must exist, as {@link #existing(Terminal, UnaryOperator)} does. */
    public static OpenKeys existing(KeyInput input, UnaryOperator<KeyFile> written) {
        return new FileKeys(input, written.apply(input.required().toChange()), false);
    }

    /** Opens keys; the first key creates the file if there is none. */
    public OpenKeys orNew(Terminal terminal, UnaryOperator<KeyFile> written) {
        if (isDatabase()) {
            return database(terminal);
        }
        KeyInput input = file.input(terminal);
        return new FileKeys(input, written.apply(input.toChange()), !Files.exists(input.file()));
    }

    /**
     * Opens keys for reading only.
     *
     * @throws CommandFailure if there is no such file, or if a pipe does not end
     */
    public OpenKeys toRead(Terminal terminal) {
        if (isDatabase()) {
            return database(terminal);
        }
        KeyInput input = file.input(terminal).required();
        return new FileKeys(input, input.toRead(), false);
    }

    private OpenKeys database(Terminal terminal) {
        return database.open(database.store(terminal), file.declaredRoles(), terminal);
    }

    private boolean isDatabase() {
        if (!database.isGiven()) {
            return false;
        }
        for (String option : FILE_OPTIONS) {
            if (command.commandLine().getParseResult().hasMatchedOption(option)) {
                throw CommandFailure.usage(
                        option + " is for a key file, and --jdbc-url names a database; leave one out");
            }
        }
        return true;
    }
}
