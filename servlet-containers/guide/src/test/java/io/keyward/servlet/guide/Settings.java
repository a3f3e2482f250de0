package io.keyward.servlet.guide;

import io.keyward.ApiKeyPrincipal;
import io.keyward.servlet.AccessListener;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.servlet.CorsPolicy;
import io.keyward.servlet.Denials;
import io.keyward.servlet.KeySources;
import io.keyward.servlet.ProblemWriter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

class Settings {
    static void cors(ApiKeyFilter.Builder builder) {
        // snippet: cors
        builder.cors(CorsPolicy.allowing("https://app.example").withMethods("GET", "POST"));
        // end
    }

    static void proxy(ApiKeyFilter.Builder builder) {
        // snippet: proxy
        builder.tlsOnly(true).identityHeader("X-Authenticated-Key", ApiKeyPrincipal::id);
        // end
    }

    static void sources(ApiKeyFilter.Builder builder) {
        // snippet: sources
        builder.sources(KeySources.header("X-Acme-Key"), KeySources.authorization("Bearer"));
        // end
    }

    static void problems(ApiKeyFilter.Builder builder) {
        // snippet: problems
        builder.problemWriter(problem -> new ProblemWriter.Body("text/plain", problem.title() + "\n"));
        // end
    }

    static void listener(ApiKeyFilter.Builder builder) {
        // snippet: listener
        Map<AccessListener.Outcome, LongAdder> counts = new EnumMap<>(AccessListener.Outcome.class);
        for (AccessListener.Outcome outcome : AccessListener.Outcome.values()) {
            counts.put(outcome, new LongAdder());
        }
        builder.listener((outcome, verification) -> counts.get(outcome).increment());
        // end
    }

    static void gate(ApiKeyFilter.Builder builder) {
        // snippet: gateSet
        Guesses guesses = new Guesses();
        builder.listener(guesses).gate(guesses);
        // end
    }

    static void denials(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // snippet: denials
        Denials denials =
                Denials.builder().sources(KeySources.header("X-Acme-Key")).build();
        denials.unauthorized(false, request, response);
        // end
    }
}
