package io.keyward.cli.holder;

import io.keyward.ApiKey;
import io.keyward.cli.holder.Server.Answer;
import io.keyward.cli.holder.Server.NoAnswerException;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Terminal;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name a running service, which is asked for the report of its admin API. */
public final class ServiceOptions {
    private static final String REPORT = "/report";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The admin API of a running service, like https://api.example.com/v1/admin, which is"
                    + " asked whether the content of the file is in force there. This needs a key with keys:read:"
                    + " the one that `keyward login` stored for that server, or one that you are asked for.")
    private @Nullable String url;

    @Option(
            names = "--stored",
            paramLabel = "NAME",
            description = "Which of several stored keys of that server, as `keyward auth status` names them, like"
                    + " admin@default.")
    private @Nullable String stored;

    /**
     * Asks the service; returns nothing if none was named.
     *
     * @throws CommandFailure if there is no key for it, or it does not give its report
     */
    public Optional<ServiceReport> ask(Terminal terminal) {
        if (url == null) {
            if (stored != null) {
                throw CommandFailure.usage("--stored names a key for --url");
            }
            return Optional.empty();
        }
        ServiceUrl report = reportOf(ServiceUrl.parse(url));
        if (!report.origin().isPrivate()) {
            throw CommandFailure.refused(report.origin() + " would get the key unencrypted; it is not asked");
        }
        ApiKey key = keyFor(report, terminal);
        try {
            return Optional.of(read(Server.get(report, key), report, key));
        } catch (NoAnswerException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()), e);
        }
    }

    private static ServiceUrl reportOf(ServiceUrl given) {
        String path = given.path().replaceFirst("/+$", "");
        return new ServiceUrl(given.origin(), given.scheme(), path.endsWith(REPORT) ? path : path + REPORT, "");
    }

    private ApiKey keyFor(ServiceUrl report, Terminal terminal) {
        List<Credential> fitting = new PlaceOptions()
                .places(terminal).stream()
                        .flatMap(place -> place.find().stream())
                        .filter(credential -> credential.url() != null
                                && credential.url().origin().equals(report.origin()))
                        .filter(credential -> stored == null || stored.equals(credential.label()))
                        .toList();
        if (fitting.size() > 1) {
            throw CommandFailure.usage("several keys are stored for " + report.origin() + ": "
                    + String.join(", ", fitting.stream().map(Credential::label).toList())
                    + "; name one with --stored");
        }
        if (fitting.isEmpty() && stored != null) {
            throw CommandFailure.refused("no key is stored as " + stored + " for " + report.origin()
                    + "; `keyward auth status` lists what is stored");
        }
        return fitting.isEmpty() ? terminal.readKey() : fitting.get(0).key();
    }

    private static ServiceReport read(Answer answer, ServiceUrl report, ApiKey key) {
        String what = report + " answered " + answer.status();
        return switch (answer.status()) {
            case 200 ->
                ServiceReport.read(report.toString(), KeyMask.in(answer.body(), key))
                        .orElseThrow(() -> CommandFailure.refused(
                                what + ", and it is not the report of an admin API; name the path where that is"));
            case 401 -> throw CommandFailure.refused(what + ": the service does not accept the key");
            case 403 -> throw CommandFailure.refused(what + ": the key is valid but lacks keys:read");
            case 404 ->
                throw CommandFailure.refused(what + ": there is no admin API; name the path where the service has it");
            default -> throw CommandFailure.refused(what);
        };
    }
}
