package io.keyward.cli.terminal;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that only holds other commands. Without one of them it fails and names its help. */
@Command(synopsisSubcommandLabel = "COMMAND", exitCodeList = "1:refused, found, or unhealthy")
public abstract class CommandGroup implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "no command given; `" + spec.qualifiedName() + " --help` lists them");
    }
}
