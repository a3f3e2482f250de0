package io.keyward.examples.coordinator;

import io.keyward.ApiKeyRecord;
import io.keyward.LiveKeyRing;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Comparator;
import java.util.Locale;
import java.util.TreeSet;

/** {@code GET /v1/admin/keys}: ids, roles and states of the keys in force, no secrets; for role {@code admin}. */
final class AdminKeysServlet extends JsonServlet {
    private static final long serialVersionUID = 1L;

    private final transient LiveKeyRing keys;

    AdminKeysServlet(LiveKeyRing keys) {
        super("GET", "HEAD");
        this.keys = keys;
    }

    @Override
    void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        JsonArrayBuilder list = Json.createArrayBuilder();
        keys.current().records().stream()
                .sorted(Comparator.comparing(ApiKeyRecord::id))
                .forEach(record -> list.add(Json.createObjectBuilder()
                        .add("id", record.id())
                        .add("roles", Json.createArrayBuilder(new TreeSet<>(record.roles())))
                        .add("state", record.state().name().toLowerCase(Locale.ROOT))));
        json(response, 200, Json.createObjectBuilder().add("keys", list).build());
    }
}
