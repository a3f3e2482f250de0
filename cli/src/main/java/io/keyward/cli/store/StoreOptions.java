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

/** The options that say which keys a command works on: the one place where commands open their keys. */
public final class StoreOptions {
    /** Options that mean nothing for a database. */
    private static final List<String> OF_FILES = List.of("--file", "--in-place", "--env-file");

    @Mixin
    private FileOptions file = new FileOptions();

    @Mixin
    private DatabaseOptions database = new DatabaseOptions();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /**
     * Opens keys that must be there.
     *
     * @param written says how a key file is written
     * @throws CommandFailure if they are not there
     */
    public OpenKeys existing(Terminal terminal, UnaryOperator<KeyFile> written) {
        return isDatabase() ? database(terminal) : fileKeys(written.apply(file.existing(terminal)), false, terminal);
    }

    /** Opens keys whose file is created with the first one. */
    public OpenKeys orNew(Terminal terminal, UnaryOperator<KeyFile> written) {
        return isDatabase()
                ? database(terminal)
                : fileKeys(written.apply(file.orNew(terminal)), !Files.exists(file.file()), terminal);
    }

    private OpenKeys fileKeys(KeyFile keys, boolean isNew, Terminal terminal) {
        return new FileKeys(file.file(), keys, () -> file.input(terminal), isNew);
    }

    /**
     * Opens keys to read them only.
     *
     * @throws CommandFailure if there are none, or if a pipe does not end
     */
    public OpenKeys toRead(Terminal terminal) {
        if (isDatabase()) {
            return database(terminal);
        }
        KeyInput input = file.input(terminal);
        return new FileKeys(file.file(), input.keys(), () -> input, false);
    }

    private OpenKeys database(Terminal terminal) {
        return database.open(database.store(terminal), file.declaredRoles(), terminal);
    }

    private boolean isDatabase() {
        if (!database.isGiven()) {
            return false;
        }
        for (String option : OF_FILES) {
            if (command.commandLine().getParseResult().hasMatchedOption(option)) {
                throw CommandFailure.usage(
                        option + " is for a key file, and --jdbc-url names a database; leave one out");
            }
        }
        return true;
    }
}
