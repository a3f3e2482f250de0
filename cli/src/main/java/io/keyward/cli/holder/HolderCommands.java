package io.keyward.cli.holder;

import io.keyward.cli.terminal.Terminal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;

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
}
