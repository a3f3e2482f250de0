package io.keyward.cli.operator;

import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Terminal;

/** Asks a person before many keys are changed. */
final class Confirmation {
    private Confirmation() {}

    /** Returns a number of keys in words. */
    static String keys(long count) {
        return count + (count == 1 ? " key" : " keys");
    }

    /**
     * Requires a yes.
     *
     * @param yes whether the command line says it already
     * @param what is about to be done, such as {@code revoke 3 keys}
     * @param otherwise what is true if the person says no
     * @throws CommandFailure if the answer is not yes, or no person is there
     */
    static void require(boolean yes, String what, String otherwise, Terminal terminal) {
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
}
