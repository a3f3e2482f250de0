package io.keyward.cli.operator;

import io.keyward.KeyFormat;
import io.keyward.cli.terminal.ActorOption;
import io.keyward.cli.terminal.FileOptions;
import io.keyward.cli.terminal.PrefixOption;
import io.keyward.cli.terminal.Terminal;
import io.keyward.cli.terminal.WriteOptions;
import io.keyward.config.KeyFile;
import io.keyward.store.ApiKeyManager;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import picocli.CommandLine.Mixin;

/** The options of a command that changes keys: of which file, how it is written, and who makes the change. */
final class ChangeOptions {
    @Mixin
    private FileOptions keys = new FileOptions();

    @Mixin
    private WriteOptions write = new WriteOptions();

    @Mixin
    private ActorOption who = new ActorOption();

    FileOptions keys() {
        return keys;
    }

    Path file() {
        return keys.file();
    }

    /** Returns the key file, which must exist. */
    KeyFile existing(Terminal terminal) {
        return write.applyTo(keys.existing(terminal));
    }

    /** Returns the key file, which is created with the first key. */
    KeyFile orNew(Terminal terminal) {
        return write.applyTo(keys.orNew(terminal));
    }

    /** Returns a manager that makes no keys. */
    ApiKeyManager manager(KeyFile file, Terminal terminal) {
        return manager(file, KeyFormat.of(PrefixOption.DEFAULT), Set.of(), terminal);
    }

    /** Returns a manager, see {@link FileOptions#manager}. */
    ApiKeyManager manager(KeyFile file, KeyFormat format, Collection<String> requested, Terminal terminal) {
        return FileOptions.manager(file, format, requested, who.actor(terminal));
    }
}
