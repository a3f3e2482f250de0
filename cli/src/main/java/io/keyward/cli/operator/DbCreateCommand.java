package io.keyward.cli.operator;

import io.keyward.cli.store.DatabaseOptions;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.terminal.ActorOption;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.PrefixOption;
import io.keyward.cli.terminal.Terminal;
import io.keyward.jdbc.DatabaseFinding;
import io.keyward.jdbc.JdbcApiKeyStore;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.store.KeyFilter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "create",
        description = {
            "Creates the schema, the tables and the triggers that are missing; does nothing if all of them exist.",
            "",
            "Log in as the owner of the schema. The services need fewer rights, see the grants in docs/database.md."
        },
        exitCodeList = {
            "0:the tables exist, and with --first-admin the first key was shown",
            "1:--first-admin was given and the database has keys; the tables exist",
            "3:the database cannot be reached, or refused something"
        },
        footer = {
            "  keyward db create --jdbc-url jdbc:postgresql://db/app --jdbc-user owner",
            "  keyward db create --first-admin --owner anna --output env"
        })
final class DbCreateCommand implements Runnable {
    private final Terminal terminal;

    @Mixin
    private DatabaseOptions database = new DatabaseOptions();

    @Mixin
    private ActorOption who = new ActorOption();

    @Mixin
    private KeyOutput output = new KeyOutput();

    @Option(
            names = "--first-admin",
            description = "Issue a first key for the admin API and its page, and show it once. The database must"
                    + " not have any key.")
    private boolean firstAdmin;

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            defaultValue = "admin",
            description = "The role of the first key. Default: ${DEFAULT-VALUE}.")
    private String role = "admin";

    @Option(
            names = "--owner",
            paramLabel = "WHO",
            description = "The owner of the first key. Default: the name of the caller.")
    private @Nullable String owner;

    @Mixin
    private PrefixOption prefix = new PrefixOption();

    @Option(
            names = "--expires",
            paramLabel = "WHEN",
            converter = KeyEnd.Converter.class,
            defaultValue = "never",
            description = "When the first key ends: a span like 90d, an instant, or never. Through the admin API, a"
                    + " key cannot issue a key that outlives it. Default: ${DEFAULT-VALUE}.")
    private KeyEnd end = new KeyEnd(null, null);

    DbCreateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        JdbcApiKeyStore store = database.store(terminal);
        terminal.uninterrupted(() -> {
            store.createSchema();
            return store;
        });
        terminal.note("the tables exist in " + database.name());
        store.check().stream()
                .filter(finding -> finding.level() != DatabaseFinding.Level.INFO)
                .forEach(finding -> terminal.note(finding.message()));
        if (firstAdmin) {
            issueFirst(store);
        }
    }

    private void issueFirst(JdbcApiKeyStore store) {
        if (!store.list(KeyFilter.all(), null, 1).isEmpty()) {
            throw CommandFailure.refused(
                    "the database has keys, so this one would not be the first; `keyward issue --role " + role
                            + "` issues another");
        }
        Actor actor = who.actor(terminal);
        OpenKeys keys = database.open(store, List.of(), terminal);
        ApiKeyManager manager = keys.manager(prefix.format(), List.of(role), actor);
        IssueRequest request = IssueRequest.builder()
                .owner(owner == null ? actor.id() : owner)
                .name("first admin")
                .roles(role)
                .metadata(prefix.note())
                .expiresAt(end.fromNow())
                .build();
        IssuedKey issued = terminal.uninterrupted(() -> {
            IssuedKey stored = manager.issue(request);
            output.show(stored, terminal, () -> keys.takeBack(stored.record(), actor));
            return stored;
        });
        terminal.note("issued key " + issued.id() + " with role " + role + ", " + RecordText.endOf(issued.record())
                + "; it is not shown again");
    }
}
