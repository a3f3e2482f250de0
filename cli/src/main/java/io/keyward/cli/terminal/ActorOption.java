package io.keyward.cli.terminal;

import io.keyward.store.Actor;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says who makes a change; the record of a key notes it. */
public final class ActorOption {
    /** The login of the person who called {@code sudo}; that of the process is then {@code root} or the service's. */
    private static final String SUDO_USER = "SUDO_USER";

    /** What the virtual machine says if the system has no name for the user, as in many containers. */
    private static final String NAMELESS = "?";

    @Option(
            names = "--as",
            paramLabel = "NAME",
            description = "The name that the record notes for the change. Default: the login name; under sudo, that of"
                    + " the person who called sudo.")
    private @Nullable String name;

    /**
     * Returns who makes the change.
     *
     * @throws CommandFailure if the name that was given is empty, too long, or not one line
     */
    public Actor actor(Terminal terminal) {
        String given = name;
        if (given == null) {
            return login(terminal);
        }
        return operator(given)
                .orElseThrow(() -> CommandFailure.usage("--as must be 1 to " + Actor.MAX_ID
                        + " characters, without control characters, line breaks and blanks at either end"));
    }

    private static Actor login(Terminal terminal) {
        String caller = terminal.environment().getOrDefault(SUDO_USER, "");
        String login = caller.isEmpty() ? System.getProperty("user.name", NAMELESS) : caller;
        // Nobody typed the login name, so a name that cannot be noted must not stop a revocation.
        return Optional.of(login)
                .filter(known -> !known.equals(NAMELESS))
                .flatMap(ActorOption::operator)
                .orElseGet(() -> Actor.operator("unknown"));
    }

    private static Optional<Actor> operator(String login) {
        try {
            return Optional.of(Actor.operator(login));
        } catch (IllegalArgumentException refused) {
            return Optional.empty();
        }
    }
}
