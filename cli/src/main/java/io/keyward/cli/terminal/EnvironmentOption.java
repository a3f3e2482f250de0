package io.keyward.cli.terminal;

import io.keyward.env.EnvDocument;
import io.keyward.env.EnvParser;
import io.keyward.env.EnvProblem;
import io.keyward.env.KeyFileBytes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that names a file with the variables of the service, in which references of a key file are looked up. */
public final class EnvironmentOption {
    @Option(
            names = "--env-file",
            paramLabel = "FILE",
            description = "A file with the variables of the service, in the format of a key file. A reference to a name"
                    + " that the key file does not have is looked up there. Default: the variables of this"
                    + " process.")
    private @Nullable Path file;

    /** Returns whether a file was named. */
    public boolean isGiven() {
        return file != null;
    }

    /**
     * Returns the variables of the service.
     *
     * @throws CommandFailure if they are in a file that cannot be read, or in a pipe that does not end
     */
    public Map<String, String> variables(Terminal terminal) {
        Path named = file;
        if (named == null) {
            return terminal.serviceEnvironment();
        }
        try {
            EnvDocument document = EnvParser.read(named.toString(), KeyInput.bytes(named));
            for (EnvProblem problem : document.problems()) {
                throw CommandFailure.file(named + ":" + problem.line() + ": " + problem.what() + "; " + problem.rule());
            }
            return document.values();
        } catch (IOException e) {
            throw CommandFailure.file(named + ": cannot be read: " + KeyFileBytes.reason(e), e);
        }
    }
}
