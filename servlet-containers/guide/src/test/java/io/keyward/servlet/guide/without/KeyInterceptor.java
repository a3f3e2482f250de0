package io.keyward.servlet.guide.without;

// snippet: grpc
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyVerifier;
import io.keyward.Verification.Accepted;
import io.keyward.servlet.KeyReader;
import io.keyward.servlet.KeyReader.One;
import java.util.ArrayList;
import java.util.List;

class KeyInterceptor implements ServerInterceptor {
    static final Context.Key<ApiKeyPrincipal> CALLER = Context.key("caller");

    private final KeyReader reader;
    private final ApiKeyVerifier verifier;

    KeyInterceptor(KeyReader reader, ApiKeyVerifier verifier) {
        this.reader = reader;
        this.verifier = verifier;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (reader.read(name -> values(headers, name)) instanceof One one
                && verifier.verify(one.reveal()) instanceof Accepted accepted) {
            Context known = Context.current().withValue(CALLER, accepted.principal());
            return Contexts.interceptCall(known, call, headers, next);
        }
        call.close(Status.UNAUTHENTICATED, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static List<String> values(Metadata headers, String name) {
        List<String> values = new ArrayList<>();
        Iterable<String> all = headers.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        if (all != null) {
            all.forEach(values::add);
        }
        return values;
    }
}
// end
