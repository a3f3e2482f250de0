package io.keyward.cli.operator;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyFormat;
import io.keyward.cli.store.OpenKeys;
import io.keyward.cli.store.StoreOptions;
import io.keyward.cli.terminal.ActorOption;
import io.keyward.cli.terminal.PrefixOption;
import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.WriteOptions;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ChangeCause;
import io.keyward.store.ChangeCause.Action;
import java.time.Instant;
import java.util.Set;
import picocli.CommandLine.Mixin;

/** The options of a command that changes keys: of which file or database, how it is written, and who does it. */
final class ChangeOptions {
    @Mixin
    private StoreOptions keys = new StoreOptions();

    @Mixin
    private WriteOptions write = new WriteOptions();

    @Mixin
    private ActorOption who = new ActorOption();

    /** Returns keys that must be there. */
    OpenKeys existing(Terminal terminal) {
        return keys.existing(terminal, write::applyTo);
    }

    /** Returns keys whose file is created with the first one. */
    OpenKeys orNew(Terminal terminal) {
        return keys.orNew(terminal, write::applyTo);
    }

    /** Returns a manager that makes no keys. */
    ApiKeyManager manager(OpenKeys keys, Terminal terminal) {
        return keys.manager(KeyFormat.of(PrefixOption.DEFAULT), Set.of(), actor(terminal));
    }

    /** Returns who makes the change. */
    Actor actor(Terminal terminal) {
        return who.actor(terminal);
    }

    /** Puts a key back as it was before a change that nobody has seen. */
    void undo(OpenKeys keys, ApiKeyRecord before, ApiKeyRecord stored, Terminal terminal) {
        keys.store()
                .update(
                        before.toBuilder().version(stored.version()).build(),
                        ChangeCause.of(Action.UNDO, actor(terminal), Instant.now()));
    }
}
