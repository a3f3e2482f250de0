package io.keyward.admin;

import io.keyward.ApiKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;

/** Builds a request to the servlet and sends it. Every answer is compared with what openapi.json says. */
final class Request {
    private static volatile HttpClient client = newClient();

    private final int port;
    private final String method;
    private final String path;
    private final List<String> headers = new ArrayList<>();
    private String key;
    private byte[] body;
    private String type = "application/json";

    Request(int port, String method, String path) {
        this.port = port;
        this.method = method;
        this.path = path;
    }

    private static HttpClient newClient() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    Request key(ApiKey newKey) {
        return key(newKey.reveal());
    }

    Request key(String newKey) {
        this.key = newKey;
        return this;
    }

    Request header(String name, String value) {
        headers.add(name);
        headers.add(value);
        return this;
    }

    Request ifMatch(String tag) {
        return header("If-Match", tag);
    }

    /** Sets a JSON body, written with single quotes. */
    Request json(String json) {
        return body(json.replace('\'', '"').getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    Request body(byte[] newBody) {
        this.body = newBody;
        return this;
    }

    /** Sets the media type, null for none. */
    Request type(String newType) {
        this.type = newType;
        return this;
    }

    String url() {
        return "http://127.0.0.1:" + port + path;
    }

    Reply send() {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url()))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        if (key != null) {
            request.header("X-Api-Key", key);
        }
        if (body != null && type != null) {
            request.header("Content-Type", type);
        }
        for (int i = 0; i < headers.size(); i += 2) {
            request.header(headers.get(i), headers.get(i + 1));
        }
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            if (response.statusCode() == 401) {
                // The server closes a connection whose body it did not read, perhaps only when the next request is
                // sent.
                client = newClient();
            }
            Reply reply = new Reply(response.statusCode(), response.body(), response.headers());
            OpenApi.document().requireAllows(method, path, reply);
            return reply;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Sends it and requires a status. */
    Reply expect(int status) {
        Reply reply = send();
        org.junit.jupiter.api.Assertions.assertEquals(
                status, reply.status(), () -> method + " " + path + ": " + reply.text());
        return reply;
    }

    /** Sends it and requires a problem of this code. */
    Reply expect(int status, String code) {
        Reply reply = expect(status);
        org.junit.jupiter.api.Assertions.assertEquals(code, reply.json().getString("code"), reply::text);
        return reply;
    }
}
