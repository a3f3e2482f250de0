package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.cli.store.DatabaseOptions;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.FileOptions;
import io.keyward.cli.terminal.KeyInput;
import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.WriteOptions;
import io.keyward.config.KeyFile;
import io.keyward.jdbc.JdbcApiKeyStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = {
            "Stores the keys of a database completely in an .env file, in the form that `keyward import` reads.",
            "",
            "A missing file is created, readable by its owner only; everything else in an existing file stays. The"
                    + " keys are stored in one change of the file: all or none. Times of last use are not stored."
        },
        exitCodeList = {
            "0:each key of the database is in the file",
            "1:a key was refused or is not sound, or there is no key"
        },
        footer = {
            "  keyward export keys.env --jdbc-url jdbc:postgresql://db/app --jdbc-user owner --dry-run",
            "  keyward export /etc/app/.env --yes"
        })
final class ExportCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "FILE", description = "The key file.")
    private Path file = Path.of(".env");

    @Mixin
    private WriteOptions write = new WriteOptions();

    @Mixin
    private Transfer transfer = new Transfer();

    ExportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (file.toString().endsWith(FileOptions.PROPERTIES)) {
            throw CommandFailure.usage(
                    "the keys are written as an .env file; name a file that does not end in .properties");
        }
        JdbcApiKeyStore database = transfer.database().store(terminal);
        List<ApiKeyRecord> records = database.load().records();
        boolean isPartial = DatabaseOptions.noteUnsound(database, terminal);
        KeyFile keys =
                write.applyTo(new KeyInput(file, transfer.declaredRoles(), terminal.serviceEnvironment()).toChange());
        int exitCode = transfer.run(
                records,
                keys.store().load().records(),
                Set.of(),
                "export",
                file.toString(),
                chosen -> keys.store().requireInsertable(chosen),
                chosen -> insert(chosen, keys),
                terminal);
        FileOptions.noteUndeclared(keys, terminal);
        return isPartial ? ExitCode.REFUSED : exitCode;
    }

    private Map<String, String> insert(List<ApiKeyRecord> records, KeyFile keys) {
        terminal.uninterrupted(() -> keys.store().insertAll(records, transfer.cause(terminal)));
        return Map.of();
    }
}
