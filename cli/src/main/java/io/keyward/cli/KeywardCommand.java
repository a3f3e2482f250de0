package io.keyward.cli;

import io.keyward.cli.terminal.CommandGroup;
import picocli.CommandLine.Command;

/** The command itself, which lists its subcommands. */
@Command(
        name = "keyward",
        description = {
            "Makes, hashes and manages API keys.",
            "",
            "Secrets are printed on standard output only, notes on standard error. A secret is never taken as an"
                    + " argument, where the process list and the shell history would show it: keyward asks for it, or"
                    + " reads it from standard input."
        },
        footer = {
            "  keyward issue --role client --owner alice --file .env",
            "  keyward list --file .env",
            "  keyward help issue"
        })
final class KeywardCommand extends CommandGroup {}
