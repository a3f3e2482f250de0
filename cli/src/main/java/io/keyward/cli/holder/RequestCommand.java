package io.keyward.cli.holder;

import io.keyward.ApiKey;
import io.keyward.cli.holder.Server.NoAnswerException;
import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.CommandFailure;
import io.keyward.cli.terminal.ExitCode;
import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "request",
        description = {
            "Sends a request with the stored key in its X-Api-Key header, and prints the body of the answer.",
            "",
            "The key goes only to the server it was stored for, by https, or by http on this machine. Redirects of GET"
                    + " and HEAD are followed there, and nowhere else. Where the answer is a problem that lists"
                    + " endpoints, the list is printed. If the answer repeats the key, stars replace it."
        },
        exitCodeList = {
            "0:the server answered with a status under 300",
            "1:it answered another, or not at all, or the key was not sent"
        },
        footer = {
            "  keyward request GET https://api.example.com/v1/jobs",
            "  keyward request POST /v1/jobs -d '{\"prompt\":\"test\"}'",
            "  keyward request POST /v1/jobs -d @job.json -H 'Idempotency-Key: 7'"
        })
final class RequestCommand implements Callable<Integer>, Arguments.TakesSecret {
    private static final Pattern METHOD = Pattern.compile("[A-Za-z]{1,20}");
    private static final Pattern HEADER = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([ -~]*)");
    /** Headers with credentials, which the process list would show. TRACE would send the key back. */
    private static final Set<String> CREDENTIAL_HEADERS =
            Set.of("authorization", "proxy-authorization", "cookie", "x-api-key");

    private static final Set<String> REFUSED_METHODS = Set.of("TRACE", "CONNECT");
    private static final Set<Integer> FOLLOWED = Set.of(301, 302, 303, 307, 308);
    private static final int MAX_REDIRECTS = 5;
    private static final int BUFFER = 8192;

    private final Terminal terminal;

    @Mixin
    private PlaceOptions options = new PlaceOptions();

    @Parameters(index = "0", paramLabel = "METHOD", description = "GET, POST and so on.")
    private String method = "";

    @Parameters(
            index = "1",
            paramLabel = "URL",
            description = "The URL, or its path at the server the key was stored for.")
    private String url = "";

    @Option(
            names = {"-d", "--data"},
            paramLabel = "DATA",
            description =
                    "The body, or @FILE, or @- for standard input. Sent as application/json where it begins with { or"
                            + " [, else as a form, unless -H says otherwise; a file as application/json.")
    private @Nullable String data;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "HEADER",
            description = "A header field, like 'Accept: text/csv'. Not for credentials.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = "--force-origin",
            description =
                    "Send the key to the server of the URL even if it was stored for another one, or the connection"
                            + " is not encrypted.")
    private boolean forceOrigin;

    @Option(
            names = "--json",
            description = "Print JSON: method, url, status, body (a text, up to 256 KiB), whatever the answer.")
    private boolean json;

    RequestCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        requireMethod();
        Credential credential = options.place(terminal).require();
        ServiceUrl target = targetFor(credential);
        refuseKeyIn(url, credential.key());
        refuseKeyIn(data == null ? "" : data, credential.key());
        headers.forEach(header -> refuseKeyIn(header, credential.key()));
        try {
            return follow(target, credential);
        } catch (NoAnswerException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()), e);
        }
    }

    private void requireMethod() {
        if (!METHOD.matcher(method).matches() || REFUSED_METHODS.contains(method.toUpperCase(Locale.ROOT))) {
            throw CommandFailure.usage("METHOD must be one like GET or POST; TRACE and CONNECT are not sent");
        }
        method = method.toUpperCase(Locale.ROOT);
    }

    private ServiceUrl targetFor(Credential credential) {
        ServiceUrl stored = credential.url();
        if (url.startsWith("/") && stored == null) {
            throw CommandFailure.refused(credential.label()
                    + " was stored without a server, so a path is not enough; log in again with --api-url");
        }
        ServiceUrl target = ServiceUrl.parse(url.startsWith("/") && stored != null ? stored.origin() + url : url);
        if (!forceOrigin) {
            requireOrigin(credential, target);
        }
        return target;
    }

    private static void requireOrigin(Credential credential, ServiceUrl target) {
        String remedy = "; --force-origin sends it anyway";
        if (credential.url() == null || !credential.url().origin().equals(target.origin())) {
            throw CommandFailure.refused("the key of " + credential.label() + " is for " + credential.target()
                    + " and is not sent to " + target.origin() + remedy);
        }
        if (!target.origin().isPrivate()) {
            throw CommandFailure.refused(
                    target.origin() + " would get the key unencrypted; use https, or a tunnel to localhost" + remedy);
        }
    }

    private static void refuseKeyIn(String argument, ApiKey key) {
        if (argument.contains(key.reveal())) {
            throw CommandFailure.usage(
                    "the stored key is in an argument, where the process list and the shell history show it; leave"
                            + " it out, because it is sent in its header anyway, and have it replaced");
        }
    }

    private int follow(ServiceUrl first, Credential credential) throws NoAnswerException {
        ServiceUrl target = first;
        for (int redirects = 0; ; redirects++) {
            HttpResponse<InputStream> response = Server.open(request(target, credential.key()), target);
            Optional<ServiceUrl> next = redirectOf(response, target);
            if (next.isEmpty()) {
                return show(response, target, credential);
            }
            if (!next.get().origin().equals(target.origin())) {
                throw CommandFailure.refused(target + " answered " + response.statusCode() + ", a redirect to "
                        + next.get().origin() + "; the key is not sent there. If that is right, request that URL with"
                        + " --force-origin");
            }
            if (redirects == MAX_REDIRECTS) {
                throw CommandFailure.refused(first + " redirects more than " + MAX_REDIRECTS + " times");
            }
            target = next.get();
        }
    }

    private Optional<ServiceUrl> redirectOf(HttpResponse<InputStream> response, ServiceUrl from) {
        Optional<String> location = response.headers().firstValue("Location");
        if (location.isEmpty() || !FOLLOWED.contains(response.statusCode())) {
            return Optional.empty();
        }
        ServiceUrl target = from.redirected(location.get())
                .orElseThrow(() -> CommandFailure.refused(
                        from + " answered " + response.statusCode() + ", a redirect to an unreadable place"));
        boolean isFollowed = method.equals("GET") || method.equals("HEAD");
        return isFollowed || !target.origin().equals(from.origin()) ? Optional.of(target) : Optional.empty();
    }

    private HttpRequest request(ServiceUrl target, ApiKey key) {
        HttpRequest.Builder request = Server.request(target, key).method(method, body());
        boolean typed = false;
        for (String header : headers) {
            Matcher parts = HEADER.matcher(header);
            if (!parts.matches()) {
                throw CommandFailure.usage("-H must be a name, a colon and a value of printable ASCII");
            }
            String name = parts.group(1).toLowerCase(Locale.ROOT);
            if (CREDENTIAL_HEADERS.contains(name)) {
                throw CommandFailure.usage(
                        "-H must not carry a credential, which the process list and the shell history"
                                + " would show; the stored key is sent anyway");
            }
            typed |= name.equals("content-type");
            addHeader(request, parts.group(1), parts.group(2));
        }
        if (data != null && !typed) {
            request.header("Content-Type", guessedType(data));
        }
        return request.build();
    }

    private static void addHeader(HttpRequest.Builder request, String name, String value) {
        try {
            request.header(name, value);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.usage("-H " + name + ": this header is set by the connection itself");
        }
    }

    private static String guessedType(String data) {
        String start = data.stripLeading();
        return start.startsWith("{") || start.startsWith("[") || start.startsWith("@")
                ? "application/json"
                : "application/x-www-form-urlencoded";
    }

    private BodyPublisher body() {
        if (data == null) {
            return BodyPublishers.noBody();
        }
        if (!data.startsWith("@")) {
            return BodyPublishers.ofString(data);
        }
        if (data.equals("@-")) {
            return BodyPublishers.ofInputStream(terminal::in);
        }
        try {
            return BodyPublishers.ofFile(Path.of(data.substring(1)));
        } catch (FileNotFoundException | IllegalArgumentException e) {
            throw CommandFailure.file(data.substring(1) + ": cannot be read; -d @FILE names a file", e);
        }
    }

    private int show(HttpResponse<InputStream> response, ServiceUrl target, Credential credential)
            throws NoAnswerException {
        int status = response.statusCode();
        if (json) {
            terminal.show(Json.object()
                    .add("method", method)
                    .add("url", target.toString())
                    .add("status", status)
                    .add("body", KeyMask.in(Server.beginningOf(response, target), credential.key()))
                    .print());
            return status < 300 ? ExitCode.OK : ExitCode.REFUSED;
        }
        if (status < 300) {
            copy(response, credential.key());
            return ExitCode.OK;
        }
        String body = Server.beginningOf(response, target);
        Optional<List<String>> endpoints = EndpointList.in(body);
        terminal.show(KeyMask.in(
                endpoints
                        .map(list -> "endpoints:\n  " + String.join("\n  ", list) + "\n")
                        .orElse(body),
                credential.key()));
        if (endpoints.isEmpty() && !body.isEmpty() && !body.endsWith("\n")) {
            terminal.show("\n");
        }
        terminal.note(method + " " + target + " answered " + status + meaningOf(status));
        return ExitCode.REFUSED;
    }

    private static String meaningOf(int status) {
        return switch (status) {
            case 401 -> ": the server does not accept the key; it is unknown there, revoked or expired";
            case 403 -> ": the key is valid but lacks the role for this";
            case 404 -> ": there is no such endpoint; this says nothing about the key";
            case 405 -> ": the endpoint exists, but not with this method; this says nothing about the key";
            default -> "";
        };
    }

    /** Passes a body on as it comes: it may be large, or a stream of events. */
    private void copy(HttpResponse<InputStream> response, ApiKey key) {
        KeyMask mask = new KeyMask(key);
        byte[] buffer = new byte[BUFFER];
        try (InputStream body = response.body()) {
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                terminal.show(mask.next(buffer, read));
            }
        } catch (IOException e) {
            throw CommandFailure.refused("the connection broke before the end of the answer", e);
        }
        terminal.show(mask.rest());
    }
}
