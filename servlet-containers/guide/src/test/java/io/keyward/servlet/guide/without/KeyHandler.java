package io.keyward.servlet.guide.without;

// snippet: vertx
import io.keyward.ApiKeyVerifier;
import io.keyward.Verification.Accepted;
import io.keyward.servlet.KeyReader;
import io.keyward.servlet.KeyReader.One;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;

record KeyHandler(KeyReader reader, ApiKeyVerifier verifier, Handler<HttpServerRequest> next)
        implements Handler<HttpServerRequest> {
    @Override
    public void handle(HttpServerRequest request) {
        int status = status(request);
        if (status == 200) {
            next.handle(request);
        } else {
            request.response()
                    .setStatusCode(status)
                    .putHeader("WWW-Authenticate", "ApiKey realm=\"api\"")
                    .end();
        }
    }

    private int status(HttpServerRequest request) {
        try {
            return reader.read(request.headers()::getAll, request.query()) instanceof One one
                            && verifier.verify(one.reveal()) instanceof Accepted
                    ? 200
                    : 401;
        } catch (RuntimeException couldNotTell) {
            return 503;
        }
    }
}
// end
