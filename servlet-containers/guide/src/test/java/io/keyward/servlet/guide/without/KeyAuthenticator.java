package io.keyward.servlet.guide.without;

// snippet: jdk
import com.sun.net.httpserver.Authenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.Verification.Accepted;
import io.keyward.servlet.KeyReader;
import io.keyward.servlet.KeyReader.One;

class KeyAuthenticator extends Authenticator {
    private final KeyReader reader;
    private final ApiKeyVerifier verifier;

    KeyAuthenticator(KeyReader reader, ApiKeyVerifier verifier) {
        this.reader = reader;
        this.verifier = verifier;
    }

    @Override
    public Result authenticate(HttpExchange exchange) {
        if (reader.read(exchange.getRequestHeaders()::get) instanceof One one
                && verifier.verify(one.reveal()) instanceof Accepted accepted) {
            return new Success(new HttpPrincipal(accepted.principal().id(), "api"));
        }
        exchange.getResponseHeaders().set("WWW-Authenticate", "ApiKey realm=\"api\"");
        return new Failure(401);
    }
}
// end
