package io.keyward.cli.operator;

import io.keyward.cli.holder.ServiceOptions;
import io.keyward.cli.holder.ServiceReport;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.Defaults;
import io.keyward.cli.terminal.EnvironmentOption;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.KeyInput;
import io.keyward.cli.terminal.Terminal;
import io.keyward.config.ConfigException;
import io.keyward.config.ConfigProblem;
import io.keyward.config.ConfigReport;
import io.keyward.config.KeywardConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "status",
        description = {
            "Reports which files a service reads and which it does not, which value of each name is in use, which"
                    + " keys there are, and what is wrong.",
            "",
            "Reads as a service started in the same directory with the same environment would."
        },
        exitCodeList = {
            "0:a service would start with this; there may be warnings",
            "1:a service would refuse this; with --url also if it is not in force there; with --strict also if there"
                    + " is a warning"
        },
        footer = {
            "  keyward status",
            "  keyward status --file /etc/app/.env --declared-roles client,miner,admin",
            "  keyward status --dir /opt/app --strict --json",
            "  keyward status --pid $(pgrep -f coordinator.jar)",
            "  keyward status --file /etc/app/.env --url https://api.example.com/v1/admin"
        })
final class StatusCommand implements Callable<Integer> {
    private final Terminal terminal;
    private @Nullable String fingerprint;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description =
                    "The file that the service is told to read. Default: .env in the directory, if it is there, or,"
                            + " without --dir, KEYWARD_FILE or file in ./keyward.toml.")
    private @Nullable Path file;

    @Option(
            names = {"-d", "--dir"},
            paramLabel = "DIR",
            description = "The directory in which the service is started. Default: this one.")
    private @Nullable Path directory;

    @Option(
            names = "--declared-roles",
            paramLabel = "ROLE",
            split = ",",
            description =
                    "Roles that the service declares in its code, besides those in keyward.roles. Default: those that"
                            + " keys of the file have.")
    private List<String> roles = List.of();

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description = "A running service, on Linux: its working directory, arguments and environment say what it"
                    + " reads. Its environment is not printed.")
    private @Nullable Long pid;

    @Mixin
    private EnvironmentOption environment = new EnvironmentOption();

    @Mixin
    private ServiceOptions service = new ServiceOptions();

    @Option(names = "--strict", description = "Treat warnings as unhealthy, too.")
    private boolean strict;

    @Option(
            names = "--json",
            description = "Print JSON: healthy, mode, modeReason, files, names, keys, expiringSoon, warnings, problems;"
                    + " with --url service: url, inForce, reason, source, lastGood.")
    private boolean json;

    StatusCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (pid != null && environment.isGiven()) {
            throw CommandFailure.usage("--pid names the variables; leave out --env-file");
        }
        ServiceReport running = service.ask(terminal).orElse(null);
        if (running != null && roles.isEmpty()) {
            roles = running.roles();
        }
        ServiceProcess process = pid == null ? null : readProcess(pid);
        ConfigReport report = process == null
                ? report(environment.variables(terminal), null)
                : report(process.environment(), process);
        boolean healthy = report.problems().isEmpty();
        boolean clean = report.warnings().isEmpty() && report.expiringSoon().isEmpty();
        String difference = running == null
                ? null
                : running.difference(read(report), fingerprint).orElse(null);
        terminal.show(
                json
                        ? jsonOf(report, healthy, running, difference)
                        : Terminal.printable(report.text()) + (running == null ? "" : inForce(running, difference)));
        if (!healthy) {
            terminal.note("unhealthy: a service would refuse to start with this");
        }
        if (terminal.environment().containsKey(Defaults.URL_VARIABLE)) {
            terminal.note("this is about key files; " + Defaults.URL_VARIABLE
                    + " names a database, which `keyward db check` checks");
        }
        if (difference != null) {
            terminal.note("not in force: " + difference);
        }
        return healthy && difference == null && (clean || !strict) ? ExitCode.OK : ExitCode.REFUSED;
    }

    /** Returns the name of what the report has read, for a sentence. */
    private String read(ConfigReport report) {
        return file != null
                ? file.toString()
                : report.files().stream()
                        .filter(seen -> seen.use() == ConfigReport.FileUse.READ)
                        .map(seen -> seen.path().toString())
                        .findFirst()
                        .orElse("what was read here");
    }

    private static String inForce(ServiceReport running, @Nullable String difference) {
        return "\nRunning service " + running.url() + "\n  "
                + (difference == null ? "in force" : "not in force")
                + (running.lastGood() == null ? "" : ", loaded " + running.lastGood())
                + "\n  it reads " + running.source() + "\n";
    }

    private ServiceProcess readProcess(long number) {
        if (directory != null) {
            throw CommandFailure.usage("--pid names the directory; leave out --dir");
        }
        ServiceProcess process = ServiceProcess.of(number);
        directory = process.directory();
        file = process.keyFile().orElse(null);
        terminal.note(process + " runs in " + directory
                + (file == null ? ", and no argument names a key file" : ", and an argument names " + file));
        return process;
    }

    private ConfigReport report(Map<String, String> environment, @Nullable ServiceProcess process) {
        Path named = file;
        Path read = named != null ? named : (directory == null ? Path.of("") : directory).resolve(".env");
        KeyInput input = new KeyInput(read, roles, environment);
        KeywardConfig.Builder config =
                (named == null ? KeywardConfig.builder() : input.configuration()).environment(environment);
        if (directory != null) {
            config.directory(directory);
        }
        if (process != null) {
            config.systemProperties(process.systemProperties());
        }
        try (KeywardConfig loaded = input.load(config)) {
            fingerprint = loaded.ring().current().fingerprint();
            return loaded.report();
        } catch (ConfigException e) {
            return e.report();
        }
    }

    private static String jsonOf(
            ConfigReport report, boolean healthy, @Nullable ServiceReport running, @Nullable String difference) {
        Json object = Json.object()
                .add("healthy", healthy)
                .add("mode", report.mode().name().toLowerCase(Locale.ROOT))
                .add("modeReason", report.modeReason());
        if (running != null) {
            object.add(
                    "service",
                    Json.object()
                            .add("url", running.url())
                            .add("inForce", difference == null)
                            .add("reason", difference)
                            .add("source", running.source())
                            .add("lastGood", running.lastGood()));
        }
        return object.add("files", each(report.files(), StatusCommand::jsonOf))
                .add("names", each(report.settings(), StatusCommand::jsonOf))
                .add("keys", each(report.keys(), StatusCommand::jsonOf))
                .add("expiringSoon", each(report.expiringSoon(), ConfigReport.ReportedKey::id))
                .add("warnings", each(report.warnings(), StatusCommand::jsonOf))
                .add("problems", each(report.problems(), StatusCommand::jsonOf))
                .print();
    }

    private static <T> List<?> each(List<T> values, Function<T, ?> json) {
        return values.stream().map(json).toList();
    }

    private static Json jsonOf(ConfigReport.SeenFile seen) {
        return Json.object()
                .add("path", seen.path())
                .add("use", seen.use().name().toLowerCase(Locale.ROOT))
                .add("realPath", seen.realPath())
                .add("modified", seen.modified())
                .add("permissions", seen.permissions())
                .add("size", seen.size())
                .add("notes", seen.notes());
    }

    private static Json jsonOf(ConfigReport.Setting setting) {
        return Json.object()
                .add("name", setting.name())
                .add("place", setting.winner())
                .add("overruled", setting.losers());
    }

    private static Json jsonOf(ConfigReport.ReportedKey key) {
        return Json.object()
                .add("id", key.id())
                .add("roles", new TreeSet<>(key.roles()))
                .add("state", key.state().name().toLowerCase(Locale.ROOT))
                .add("expiresAt", key.expiresAt())
                .add("retiringUntil", key.retiringUntil())
                .add("plaintext", key.plaintext())
                .add("place", key.place());
    }

    private static Json jsonOf(ConfigProblem problem) {
        return Json.object()
                .add("place", problem.place())
                .add("what", problem.what())
                .add("rule", problem.rule())
                .add("remedy", problem.remedy());
    }
}
