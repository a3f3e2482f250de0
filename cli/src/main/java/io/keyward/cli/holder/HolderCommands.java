package io.keyward.cli.holder;

import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.CommandGroup;
import io.keyward.cli.terminal.Terminal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The commands for people who hold a key. */
public final class HolderCommands {
    private HolderCommands() {}

    /** Returns what makes each command, by the name of the command, in the order of the help. */
    public static Map<String, Supplier<Object>> of(Terminal terminal) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("login", () -> new LoginCommand(terminal));
        commands.put(
                "auth",
                () -> new CommandLine(new AuthCommand())
                        .addSubcommand(new LoginCommand(terminal))
                        .addSubcommand(new LogoutCommand(terminal))
                        .addSubcommand(new AuthStatusCommand(terminal))
                        .addSubcommand(new AuthTokenCommand(terminal)));
        commands.put("logout", () -> new LogoutCommand(terminal));
        commands.put("whoami", () -> new WhoamiCommand(terminal));
        commands.put("request", () -> new RequestCommand(terminal));
        return commands;
    }

    /** Groups the commands about stored keys. */
    @Command(
            name = "auth",
            description = "Stores, shows and removes the keys of this machine.",
            footer = {"  keyward auth login", "  keyward auth status --check", "  keyward auth token | pbcopy"})
    static final class AuthCommand extends CommandGroup implements Arguments.TakesSecret {}
}
