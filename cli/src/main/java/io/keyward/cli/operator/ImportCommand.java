package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.EnvironmentOption;
import io.keyward.cli.terminal.FileOptions;
import io.keyward.cli.terminal.KeyInput;
import io.keyward.cli.terminal.Progress;
import io.keyward.cli.terminal.Terminal;
import io.keyward.config.ConfigProblem;
import io.keyward.config.KeyFile;
import io.keyward.env.KeyFileBytes;
import io.keyward.jdbc.JdbcApiKeyStore;
import io.keyward.role.RoleModel;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "import",
        description = {
            "Stores the keys of an .env or .properties file completely in a database: owner, name, roles, permissions,"
                    + " state, both secrets with their windows, metadata, and when and by whom they were created and"
                    + " changed.",
            "",
            "The file stays as it is. A key that the database has already is not changed, so the command can be"
                    + " repeated. Roles and peppers are not stored; the services must have them."
        },
        exitCodeList = {
            "0:each key of the file is in the database",
            "1:a key was refused and the others were stored, or there is no key, or a service refuses the file"
        },
        footer = {
            "  keyward import .env --jdbc-url jdbc:postgresql://db/app --jdbc-user owner --dry-run",
            "  keyward import /etc/app/.env --declared-roles client,miner,admin --yes"
        })
final class ImportCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "FILE", description = "The key file; one that ends in .properties is read as such.")
    private Path file = Path.of(".env");

    @Mixin
    private EnvironmentOption environment = new EnvironmentOption();

    @Mixin
    private Transfer transfer = new Transfer();

    ImportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        KeyFile keys = read();
        List<ApiKeyRecord> records = keys.store().load().records();
        requireSound(keys);
        FileOptions.noteUndeclared(keys, terminal);
        JdbcApiKeyStore store = transfer.database().store(terminal);
        return transfer.run(
                records,
                store.load().records(),
                Set.copyOf(keys.plaintextKeyIds()),
                "import",
                transfer.database().name(),
                chosen -> {},
                chosen -> insert(chosen, store),
                terminal);
    }

    /** Refuses a name that is not known, because a key would be stored without what the name was meant to say. */
    private void requireSound(KeyFile keys) {
        List<ConfigProblem> problems = keys.problems();
        problems.forEach(problem -> terminal.note(String.valueOf(problem)));
        if (!problems.isEmpty()) {
            throw CommandFailure.refused("a service refuses " + file + "; repair it first; nothing was stored");
        }
    }

    private KeyFile read() {
        Map<String, String> variables = environment.variables(terminal);
        KeyInput input = new KeyInput(file, transfer.declaredRoles(), variables).required();
        if (!file.toString().endsWith(FileOptions.PROPERTIES)) {
            return input.toRead();
        }
        try {
            RoleModel roles = FileOptions.model(transfer.declaredRoles());
            return KeyFile.ofProperties(file, KeyInput.bytes(file), roles, variables);
        } catch (IOException e) {
            throw CommandFailure.file(file + ": cannot be read: " + KeyFileBytes.reason(e), e);
        }
    }

    private Map<String, String> insert(List<ApiKeyRecord> records, JdbcApiKeyStore store) {
        Map<String, String> refused = new HashMap<>();
        try (Progress progress = new Progress(terminal)) {
            for (int i = 0; i < records.size(); i++) {
                ApiKeyRecord record = records.get(i);
                int done = i;
                progress.show(() -> "import: " + done + " of " + records.size());
                try {
                    terminal.uninterrupted(() -> store.insert(record, transfer.cause(terminal)));
                } catch (StoreConflictException | StoreException | IllegalArgumentException e) {
                    refused.put(record.id(), String.valueOf(e.getMessage()));
                }
            }
        }
        return refused;
    }
}
