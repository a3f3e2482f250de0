package io.keyward.cli.terminal;

import java.util.List;
import picocli.CommandLine.Option;

/** The option that names the roles of a service. */
public final class RolesOption {
    @Option(
            names = "--declared-roles",
            paramLabel = "ROLE",
            split = ",",
            description =
                    "Roles that the service declares in its code, like client,miner,admin; those in keyward.roles of"
                            + " the file need not be named. Only variables of declared roles are key lists. Default:"
                            + " KEYWARD_ROLES, or declared-roles in the keyward.toml next to the key file.")
    private List<String> names = List.of();

    /** Returns the roles, as far as they were named. */
    public List<String> names() {
        return names;
    }
}
