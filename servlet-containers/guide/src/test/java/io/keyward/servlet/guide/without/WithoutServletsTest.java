package io.keyward.servlet.guide.without;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpServer;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.keyward.ApiKey;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.servlet.KeyReader;
import io.keyward.servlet.KeySources;
import io.keyward.testing.ThrowAwayKeys;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("issue 17, item 14: the samples of docs/without-servlets.md guard what they show")
class WithoutServletsTest {
    private static final ApiKey KEY = ThrowAwayKeys.newKey();
    private static final String ID = ThrowAwayKeys.FORMAT.idOf(KEY);
    private static final ApiKeyVerifier VERIFIER = ApiKeyVerifier.of(
            KeyRing.builder().add(ThrowAwayKeys.recordOf(KEY).build()).build());
    private static final KeyReader READER =
            KeyReader.of(KeySources.header("X-Api-Key"), KeySources.authorization("Bearer"));

    private static final ApiKeyVerifier FAILING = text -> {
        throw new IllegalStateException("no keys");
    };

    private final AtomicInteger handled = new AtomicInteger();

    @Test
    void jdkServer() throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        HttpContext context = server.createContext("/", exchange -> {
            byte[] body = exchange.getPrincipal().getUsername().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        context.setAuthenticator(new KeyAuthenticator(READER, VERIFIER));
        server.createContext("/failing", exchange -> handled.incrementAndGet())
                .setAuthenticator(new KeyAuthenticator(READER, FAILING));
        server.start();
        try {
            int port = server.getAddress().getPort();
            assertGuarded(port);
            assertThrows(IOException.class, () -> send(port, "/failing", "X-Api-Key", KEY.reveal()));
            assertEquals(0, handled.get());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void vertx() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            assertGuarded(start(vertx, VERIFIER));
            assertEquals(
                    503, get(start(vertx, FAILING), "X-Api-Key", KEY.reveal()).statusCode());
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        }
    }

    private static int start(Vertx vertx, ApiKeyVerifier verifier) throws Exception {
        return vertx.createHttpServer()
                .requestHandler(new KeyHandler(
                        READER, verifier, request -> request.response().end(ID)))
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .actualPort();
    }

    private static void assertGuarded(int port) throws Exception {
        assertEquals(200, get(port, "X-Api-Key", KEY.reveal()).statusCode());
        assertEquals(ID, get(port, "Authorization", "Bearer " + KEY.reveal()).body());
        HttpResponse<String> none = get(port);
        assertEquals(401, none.statusCode());
        assertEquals(
                "ApiKey realm=\"api\"",
                none.headers().firstValue("WWW-Authenticate").orElse(""));
        assertEquals(
                401, get(port, "X-Api-Key", ThrowAwayKeys.newKey().reveal()).statusCode());
        assertEquals(
                401,
                get(port, "X-Api-Key", KEY.reveal(), "X-Api-Key", KEY.reveal()).statusCode());
        assertEquals(
                401,
                get(port, "X-Api-Key", KEY.reveal(), "Authorization", "Bearer " + KEY.reveal())
                        .statusCode());
    }

    private static HttpResponse<String> get(int port, String... headers) throws Exception {
        return send(port, "/x", headers);
    }

    private static HttpResponse<String> send(int port, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void grpc() throws Exception {
        MethodDescriptor<String, String> method = MethodDescriptor.<String, String>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("test.Service/Who")
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
        Server server = InProcessServerBuilder.forName("keyward")
                .intercept(new KeyInterceptor(READER, VERIFIER))
                .addService(ServerServiceDefinition.builder("test.Service")
                        .addMethod(method, ServerCalls.asyncUnaryCall((asked, answer) -> {
                            answer.onNext(KeyInterceptor.CALLER.get().id());
                            answer.onCompleted();
                        }))
                        .build())
                .build()
                .start();
        ManagedChannel channel = InProcessChannelBuilder.forName("keyward").build();
        try {
            assertEquals(ID, call(channel, method, "x-api-key", KEY.reveal()));
            assertEquals(ID, call(channel, method, "authorization", "Bearer " + KEY.reveal()));
            String unknown = ThrowAwayKeys.newKey().reveal();
            for (String[] headers :
                    new String[][] {{}, {"x-api-key", unknown}, {"x-api-key", KEY.reveal(), "x-api-key", KEY.reveal()}
                    }) {
                StatusRuntimeException denied =
                        assertThrows(StatusRuntimeException.class, () -> call(channel, method, headers));
                assertEquals(Status.Code.UNAUTHENTICATED, denied.getStatus().getCode());
            }
        } finally {
            channel.shutdownNow();
            server.shutdownNow();
        }
    }

    private static String call(Channel channel, MethodDescriptor<String, String> method, String... headers) {
        Metadata metadata = new Metadata();
        for (int i = 0; i < headers.length; i += 2) {
            metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
        }
        Channel with = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
        return ClientCalls.blockingUnaryCall(with, method, CallOptions.DEFAULT, "");
    }

    /** Messages without protobuf. */
    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
