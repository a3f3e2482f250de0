package io.keyward.admin;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyFormat;
import io.keyward.KeyFormatException;
import io.keyward.Verification;
import io.keyward.Verification.Accepted;
import io.keyward.Verification.Rejected;
import io.keyward.role.Role;
import io.keyward.store.ApiKeys;
import io.keyward.store.KeysState;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/** Answers which key a text belongs to, and reports on all keys. */
final class Reports {
    private final ApiKeys keys;
    private final InstantSource clock;
    private final Supplier<List<String>> details;
    /** Not the verifier of the service, because looking up a leaked key is not a use of it. */
    private final ApiKeyVerifier verifier;

    private final KeyJson json;

    Reports(ApiKeyAdminServlet.Builder settings) {
        this.keys = settings.keys;
        this.clock = settings.clock;
        this.details = settings.details;
        this.verifier = ApiKeyVerifier.of(keys.ring(), clock);
        this.json = new KeyJson(keys.lastUsed());
    }

    /** Finds the key of a text that was found somewhere, whatever its state; the text itself is not in the answer. */
    Answer lookup(Call call) {
        Members body = call.body();
        String text = body.text("key").strip();
        body.requireNoOthers();
        Verification verification = verifier.verify(text);
        String id = Optional.ofNullable(verification.keyId())
                .or(() -> idInside(text))
                .orElseThrow(() -> Problem.of(
                        404,
                        "no-such-key",
                        "the text is not a key of this service: neither its hash nor an id in it is known"));
        JsonObjectBuilder answer = Json.object().add("id", id).add("verdict", verdict(verification));
        Optional<ApiKeyRecord> record = keys.ring().current().find(id);
        record.ifPresent(found ->
                answer.add("record", json.of(found, keys.ring().current().roles())));
        return Answer.ok(answer.build());
    }

    /** Returns the id that is part of the text, because a rotation may have dropped the secret. */
    private Optional<String> idInside(String text) {
        return KeyFormat.recognise(text)
                .flatMap(format -> {
                    try {
                        ApiKey key = format.parse(text);
                        return Optional.of(format.idOf(key));
                    } catch (KeyFormatException wrongCheckDigits) {
                        return Optional.empty();
                    }
                })
                .filter(id -> keys.ring().current().find(id).isPresent());
    }

    private static String verdict(Verification verification) {
        if (verification instanceof Accepted accepted) {
            return accepted.retiring() ? "accepted-retiring" : "accepted";
        }
        return ((Rejected) verification)
                .reason()
                .name()
                .toLowerCase(Locale.ROOT)
                .replace('_', '-');
    }

    Answer report(Call call) {
        KeysState state = keys.state();
        JsonObjectBuilder body = Json.object()
                .add("healthy", state.isHealthy())
                .add("size", state.size())
                .add("source", state.source())
                .add("fresh", state.isFresh())
                .add("current", state.isCurrent())
                .add("fingerprint", keys.ring().current().fingerprint());
        Json.add(body, "lastGood", state.lastGood());
        Duration age = state.age(clock.instant());
        if (age == null) {
            body.addNull("ageSeconds");
        } else {
            body.add("ageSeconds", age.toSeconds());
        }
        Json.add(body, "problem", state.problem());
        JsonArrayBuilder unfit = Json.array();
        state.unfit()
                .forEach(problem ->
                        unfit.add(Json.object().add("id", problem.keyId()).add("description", problem.description())));
        JsonArrayBuilder lines = Json.array();
        details.get().forEach(lines::add);
        return Answer.ok(body.add("unfit", unfit)
                .add("lastUseSince", keys.lastUsed().since().toString())
                .add("roles", roles())
                .add("details", lines)
                .build());
    }

    private JsonArrayBuilder roles() {
        JsonArrayBuilder roles = Json.array();
        for (Role role : keys.ring().current().roles().roles()) {
            roles.add(Json.object()
                    .add("name", role.name())
                    .add("includes", Json.sorted(role.includes()))
                    .add("permissions", Json.sorted(role.permissions())));
        }
        return roles;
    }
}
