package io.keyward.admin;

import io.keyward.ApiKeyRecord;
import io.keyward.store.Actor;
import io.keyward.store.ApiKeyManager;
import io.keyward.store.ApiKeys;
import io.keyward.store.ChangeCause;
import io.keyward.store.IssueRequest;
import io.keyward.store.IssuedKey;
import io.keyward.store.KeyFilter;
import io.keyward.store.RotateRequest;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers the calls about any key. */
final class KeyCalls {
    private static final Duration DEFAULT_OVERLAP = Duration.ofDays(1);
    /** How long a caller has for another try if the answer to its rotation gets lost. */
    private static final Duration LEAST_OWN_OVERLAP = Duration.ofMinutes(1);

    private final ApiKeys keys;
    private final InstantSource clock;
    private final Function<HttpServletRequest, @Nullable String> requestId;
    private final KeyJson json;
    private final LastAdmin lastAdmin;

    KeyCalls(ApiKeyAdminServlet.Builder settings) {
        this.keys = settings.keys;
        this.clock = settings.clock;
        this.requestId = settings.requestId;
        this.json = new KeyJson(keys);
        this.lastAdmin = new LastAdmin(keys.ring(), clock);
    }

    Answer list(Call call) {
        KeyQuery query = new KeyQuery(call.query(), json::lastUses, clock.instant());
        KeyFilter filter =
                call.may("keys:read") ? query.filter() : query.filter().owner(ownerOfCaller(call));
        KeyQuery.Page page = query.page((after, limit) -> keys.manager().list(filter, after, limit));
        JsonArrayBuilder records = Json.array();
        json.of(page.records()).forEach(records::add);
        JsonObjectBuilder body = Json.object().add("keys", records);
        Json.add(body, "next", page.next());
        return Answer.ok(body.build());
    }

    /** Two keys without an owner do not belong together. */
    private static String ownerOfCaller(Call call) {
        String owner = call.caller().owner();
        if (owner == null) {
            throw Problem.of(403, "forbidden", "the calling key has no owner whose keys it could list");
        }
        return owner;
    }

    Answer show(Call call) {
        return answer(find(call.id()));
    }

    Answer issue(Call call) {
        Members body = call.body();
        IssueRequest.Builder request =
                IssueRequest.builder().owner(body.textOrNull("owner")).name(body.textOrNull("name"));
        if (body.has("roles")) {
            request.roles(declared(body.texts("roles")));
        }
        if (body.has("permissions")) {
            request.permissions(body.permissions("permissions"));
        }
        if (body.textOrNull("notBefore") != null) {
            request.notBefore(body.instant("notBefore"));
        }
        if (body.has("metadata")) {
            request.metadata(withoutNulls(body.entries("metadata")));
        }
        if (body.has("expiresIn")) {
            request.expiresIn(body.duration("expiresIn"));
        }
        if (hasEnd(body)) {
            requireAbsent(
                    body, "expiresIn", "the end is given twice; keep one of expiresIn, expiresAt and neverExpires");
            request.expiresAt(end(body));
        }
        body.requireNoOthers();
        IssuedKey issued = manager(call).issue(request.build());
        return secret(201, issued)
                .withHeader(
                        "Location",
                        call.request().getContextPath() + call.request().getServletPath() + "/keys/" + issued.id());
    }

    private static Map<String, String> withoutNulls(Map<String, @Nullable String> entries) {
        Map<String, String> all = new HashMap<>();
        entries.forEach((name, value) -> {
            if (value == null) {
                throw Problem.invalid("member metadata must be an object of strings");
            }
            all.put(name, value);
        });
        return all;
    }

    Answer change(Call call) {
        IfMatch condition = IfMatch.of(call);
        condition.requireGiven();
        Members patch = call.patch();
        ApiKeyRecord before = find(call.id());
        condition.requireMatch(before);
        KeyPatch change = new KeyPatch(patch, before, this::declared);
        boolean confirmed = patch.flag(LastAdmin.CONFIRMATION);
        patch.requireNoOthers();
        if (call.isAboutCaller() && !confirmed) {
            lastAdmin.requireAnotherUnlessAdmin(before.id(), change.roles(), change.permissions());
        }
        return answer(manager(call).ifVersion(before.version()).change(before.id(), change.toKeyChange()));
    }

    Answer rotate(Call call) {
        IfMatch condition = IfMatch.of(call);
        condition.requireGiven();
        RotateRequest request = rotateRequest(call);
        ApiKeyRecord before = find(call.id());
        condition.requireMatch(before);
        return secret(200, manager(call).ifVersion(before.version()).rotate(before.id(), request));
    }

    private static RotateRequest rotateRequest(Call call) {
        Members body = call.bodyOrNone();
        Duration overlap = body.has("overlap") ? body.duration("overlap") : DEFAULT_OVERLAP;
        RotateRequest.Builder request = RotateRequest.builder(overlap);
        if (hasEnd(body)) {
            request.expiresAt(end(body));
        }
        if (body.flag("dropOld")) {
            request.dropOld();
        }
        body.requireNoOthers();
        if (call.isAboutCaller() && overlap.compareTo(LEAST_OWN_OVERLAP) < 0) {
            throw Problem.invalid("member overlap must be at least " + LEAST_OWN_OVERLAP
                    + " where a key rotates itself: if the answer got lost, no key would be left");
        }
        return request.build();
    }

    Answer revoke(Call call) {
        return end(call, ApiKeyManager::revoke);
    }

    Answer disable(Call call) {
        return end(call, ApiKeyManager::disable);
    }

    private Answer end(Call call, BiFunction<ApiKeyManager, String, ApiKeyRecord> change) {
        Members body = call.bodyOrNone();
        boolean confirmed = body.flag(LastAdmin.CONFIRMATION);
        body.requireNoOthers();
        return setState(call, change, () -> {
            if (call.isAboutCaller() && !confirmed) {
                lastAdmin.requireAnother(call.id());
            }
        });
    }

    Answer enable(Call call) {
        call.bodyOrNone().requireNoOthers();
        return setState(call, ApiKeyManager::enable, () -> {});
    }

    private Answer setState(Call call, BiFunction<ApiKeyManager, String, ApiKeyRecord> change, Runnable check) {
        IfMatch condition = IfMatch.of(call);
        ApiKeyManager manager = manager(call);
        if (condition.isGiven()) {
            ApiKeyRecord before = find(call.id());
            condition.requireMatch(before);
            manager = manager.ifVersion(before.version());
        }
        check.run();
        return answer(change.apply(manager, call.id()));
    }

    private ApiKeyRecord find(String id) {
        return keys.manager().find(id).orElseThrow(Problem::noSuchKey);
    }

    private ApiKeyManager manager(Call call) {
        Actor actor = Actor.key(call.caller()).withAddress(call.peer());
        String request = Call.line(requestId.apply(call.request()), ChangeCause.MAX_REQUEST_ID);
        return keys.manager().onBehalfOf(call.caller()).as(actor).inRequest(request);
    }

    /** Refuses roles that are not declared without repeating them: a key may have got into the wrong field. */
    private Set<String> declared(Set<String> roles) {
        if (!roles.stream().allMatch(keys.ring().current().roles()::contains)) {
            Set<String> all = new TreeSet<>();
            keys.ring().current().roles().roles().forEach(role -> all.add(role.name()));
            throw Problem.invalid("member roles must hold declared roles only, which are " + all);
        }
        return roles;
    }

    static boolean hasEnd(Members body) {
        // asks for both, so both are known
        boolean hasEnd = body.has("expiresAt");
        return body.has("neverExpires") || hasEnd;
    }

    /** Returns the end that a body names; null for never, which must be given explicitly. */
    static @Nullable Instant end(Members body) {
        if (!body.has("neverExpires")) {
            if (body.value("expiresAt") == JsonValue.NULL) {
                throw Problem.invalid(
                        "member expiresAt must be a time; for a key without end send \"neverExpires\": true");
            }
            return body.instant("expiresAt");
        }
        requireAbsent(body, "expiresAt", "an end and neverExpires contradict each other; keep one");
        if (!body.flag("neverExpires")) {
            throw Problem.invalid("member neverExpires must be true or absent; name an end with expiresAt");
        }
        return null;
    }

    private static void requireAbsent(Members body, String name, String otherwise) {
        if (body.has(name)) {
            throw Problem.invalid(otherwise);
        }
    }

    private Answer answer(ApiKeyRecord record) {
        return Answer.ok(json.of(record)).withHeader("ETag", IfMatch.tagOf(record));
    }

    /** Returns the only answer that ever has the secret. */
    private Answer secret(int status, IssuedKey issued) {
        JsonObjectBuilder body = Json.object().add("key", issued.key().reveal());
        json.of(issued.record()).forEach(body::add);
        return Answer.json(status, body.build()).withHeader("ETag", IfMatch.tagOf(issued.record()));
    }
}
