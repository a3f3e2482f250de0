package io.keyward.cli.holder;

import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.Terminal;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "whoami",
        description = {
            "Says which key is stored, and whose the server says it is.",
            "",
            "The id and the prefix are in the key itself. The server says the owner and the roles, if it has"
                    + " " + Probe.WHOAMI
                    + " or the path given by --path; the key is sent only to the server it was stored for."
        },
        exitCodeList = {
            "0:a key is stored, and the server did not reject it",
            "1:no key is stored, or the server rejects it or did not answer"
        },
        footer = {"  keyward whoami", "  keyward whoami --role admin --path /me"})
final class WhoamiCommand implements Callable<Integer>, Arguments.TakesSecret {
    private final Terminal terminal;

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    @Option(
            names = "--path",
            paramLabel = "PATH",
            defaultValue = Probe.WHOAMI,
            description = "Where the server says whose key it was sent. Default: ${DEFAULT-VALUE}.")
    private String path = Probe.WHOAMI;

    @Option(
            names = "--json",
            description = "Print JSON: stored, id, prefix, origin, owner, name, roles, reason. What the server does not"
                    + " say is null.")
    private boolean json;

    WhoamiCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Credential credential = options.place(terminal).require();
        Identity told = Identity.ask(credential, path);
        terminal.show(json ? asJson(credential, told) : asText(credential, told));
        if (!json && told.reason() != null) {
            terminal.note(told.reason());
        }
        return told.exitCode();
    }

    private static String asText(Credential credential, Identity told) {
        String text = credential.label() + ": " + credential.description() + ", for " + credential.target() + "\n";
        String owner = told.text("owner", credential);
        String name = told.text("name", credential);
        List<String> roles = told.roles(credential);
        return text
                + (owner == null ? "" : "owner: " + owner + "\n")
                + (name == null ? "" : "name: " + name + "\n")
                + (roles == null ? "" : "roles: " + (roles.isEmpty() ? "none" : String.join(", ", roles)) + "\n");
    }

    private static String asJson(Credential credential, Identity told) {
        return credential
                .json()
                .add("owner", told.text("owner", credential))
                .add("name", told.text("name", credential))
                .add("roles", told.roles(credential))
                .add("reason", told.reason())
                .print();
    }
}
