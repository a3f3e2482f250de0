package io.keyward.cli.operator;

import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Terminal;
import picocli.CommandLine.Option;

/** The options of a command that may change many keys: to see first what it would do, and not to be asked. */
final class ConfirmationOptions {
    @Option(names = "--dry-run", description = "Print what would be done, and change nothing.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Change or store the keys without a question.")
    private boolean yes;

    boolean isDryRun() {
        return dryRun;
    }

    /**
     * Asks a person before many keys are changed, unless {@code --yes} is given.
     *
     * @param what is about to be done, such as {@code revoke 3 keys}
     * @param otherwise what is true if the person says no
     * @throws CommandFailure if the answer is not yes, or no person is there
     */
    void require(String what, String otherwise, Terminal terminal) {
        if (yes) {
            return;
        }
        String answer = terminal.ask(what + "? Type yes: ")
                .orElseThrow(
                        () -> CommandFailure.usage("this would " + what + "; use --yes, or --dry-run to see which"));
        if (!answer.strip().equalsIgnoreCase("yes")) {
            throw CommandFailure.refused(otherwise);
        }
    }

    /** Returns a number of keys in words. */
    static String keys(long count) {
        return count + (count == 1 ? " key" : " keys");
    }
}
