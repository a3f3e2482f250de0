package io.keyward.cli.holder;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.ApiKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to a service, the key in a header if there is one, and follows no redirect.
 *
 * <p>May be shared between threads.
 */
final class Server {
    static final String KEY_HEADER = "X-Api-Key";

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    /** More than any listing of endpoints or description of a key; what comes after it is not read. */
    private static final int MAX_BODY = 1 << 18;

    /**
     * Made with the first request: with its TLS and threads, a client takes longer to make than most commands to run.
     */
    private static final class Client {
        // HTTP/1.1: a service that knows WebSockets only may stumble over the offer of an upgrade to HTTP/2.
        private static final HttpClient INSTANCE = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(PATIENCE)
                .build();
    }

    private Server() {}

    /** The answer of a service: status, the Location header or an empty text, and the beginning of the body. */
    record Answer(int status, String location, String body) {
        /** Returns the status only, because a service may repeat the key. */
        @Override
        public String toString() {
            return "Answer[" + status + "]";
        }
    }

    /** Says that no answer came, in words for a person. */
    static final class NoAnswerException extends Exception {
        private static final long serialVersionUID = 1L;

        private NoAnswerException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Starts a request, with the key in its header if one is given. */
    static HttpRequest.Builder request(ServiceUrl url, @Nullable ApiKey key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url.uri());
        return key == null ? request : request.header(KEY_HEADER, key.reveal());
    }

    /**
     * Requests a document and reads it to its end, up to 256 KiB, within ten seconds.
     *
     * @throws NoAnswerException if no whole answer comes
     */
    static Answer get(ServiceUrl url, @Nullable ApiKey key) throws NoAnswerException {
        HttpRequest request =
                request(url, key).header("Accept", "application/json").build();
        CompletableFuture<Answer> answer = Client.INSTANCE
                .sendAsync(request, BodyHandlers.ofInputStream())
                .thenApply(response -> new Answer(
                        response.statusCode(),
                        response.headers().firstValue("Location").orElse(""),
                        beginningOf(response)));
        return await(answer, url);
    }

    /**
     * Sends a request and returns the answer once its header is there; the body is still to be read.
     *
     * @throws NoAnswerException if no header comes
     */
    static HttpResponse<InputStream> open(HttpRequest request, ServiceUrl url) throws NoAnswerException {
        try {
            return Client.INSTANCE.send(request, BodyHandlers.ofInputStream());
        } catch (IOException | InterruptedException e) {
            throw noAnswer(url, e);
        }
    }

    /**
     * Returns the beginning of a body as text.
     *
     * @throws UncheckedIOException if the connection breaks
     */
    private static String beginningOf(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            return new String(body.readNBytes(MAX_BODY), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the beginning of the body of an opened answer as text.
     *
     * @throws NoAnswerException if the connection breaks
     */
    static String beginningOf(HttpResponse<InputStream> response, ServiceUrl url) throws NoAnswerException {
        try {
            return beginningOf(response);
        } catch (UncheckedIOException e) {
            throw noAnswer(url, e);
        }
    }

    /** A server may send its body a byte at a time; the timeout of a request ends with the header. */
    private static Answer await(CompletableFuture<Answer> answer, ServiceUrl url) throws NoAnswerException {
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw noAnswer(url, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            answer.cancel(true);
            throw noAnswer(url, e);
        }
    }

    /** The messages of network exceptions are left out: some are empty, and some quote what was sent. */
    private static NoAnswerException noAnswer(ServiceUrl url, Throwable cause) {
        if (cause instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return new NoAnswerException("no answer from " + url.origin() + ": " + kindOf(cause), cause);
    }

    private static String kindOf(Throwable cause) {
        for (Throwable c = cause; c != null; c = c.getCause()) {
            if (c instanceof UnresolvedAddressException) {
                return "there is no host of that name";
            }
        }
        if (cause instanceof ConnectException) {
            return "nothing listens there, or the tunnel is closed";
        }
        if (cause instanceof HttpTimeoutException || cause instanceof TimeoutException) {
            return "it took too long";
        }
        if (cause instanceof SSLException) {
            return "the TLS handshake failed, or its certificate is not trusted";
        }
        return "the connection broke";
    }
}
