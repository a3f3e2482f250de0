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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Answers which key a text belongs to, and reports on all keys. */
final class Reports {
    private static final Pattern BLANKS = Pattern.compile("[^\\x21-\\x7e]+");
    private static final Pattern QUOTES = Pattern.compile("[^\\x21-\\x7e]+|[\"'`,;]+");
    private static final Pattern SIGNS = Pattern.compile("[^A-Za-z0-9_]+");
    private static final int SHORTEST_KEY = 16;

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
        this.json = new KeyJson(keys);
    }

    /**
     * Finds the key of a text that was found somewhere, whatever its state; the text itself is not in the answer. It may
     * have other text around it, such as the name of a header: a key that was not found would stay in use.
     */
    Answer lookup(Call call) {
        Members body = call.body();
        String text = body.text("key").strip();
        body.requireNoOthers();
        Map<String, Verification> found = new LinkedHashMap<>();
        for (String candidate : candidates(text)) {
            Verification verification = verifier.verify(candidate);
            Optional.ofNullable(verification.keyId())
                    .or(() -> idInside(candidate))
                    .ifPresent(id -> found.putIfAbsent(id, verification));
        }
        if (found.size() > 1) {
            throw Problem.invalid("member key has several keys of this service; look up each of them alone");
        }
        Map.Entry<String, Verification> only = found.entrySet().stream()
                .findFirst()
                .orElseThrow(() -> Problem.of(
                        404,
                        "no-such-key",
                        "no part of the text is a key of this service: neither a hash nor an id in it is known"));
        JsonObjectBuilder answer = Json.object().add("id", only.getKey()).add("verdict", verdict(only.getValue()));
        Optional<ApiKeyRecord> record = keys.ring().current().find(only.getKey());
        record.ifPresent(shown -> answer.add("record", json.of(shown)));
        return Answer.ok(answer.build());
    }

    /**
     * Returns the whole text, and its parts between ever more signs, because a key that was made elsewhere may have some
     * in it. They are few, because the body is short.
     */
    private static Set<String> candidates(String text) {
        return Stream.concat(
                        Stream.of(text),
                        Stream.of(BLANKS, QUOTES, SIGNS).flatMap(between -> between.splitAsStream(text)))
                .filter(part -> part.length() >= SHORTEST_KEY)
                .collect(Collectors.toCollection(LinkedHashSet::new));
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
