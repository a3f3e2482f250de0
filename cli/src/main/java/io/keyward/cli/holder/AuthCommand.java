package io.keyward.cli.holder;

import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.CommandGroup;
import picocli.CommandLine.Command;

/** Groups the commands about stored keys. */
@Command(
        name = "auth",
        description = "Stores, shows and removes the keys of this machine.",
        footer = {"  keyward auth login", "  keyward auth status --check", "  keyward auth token | pbcopy"})
final class AuthCommand extends CommandGroup implements Arguments.TakesSecret {}
