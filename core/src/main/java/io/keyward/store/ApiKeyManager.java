package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyFormat;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.KeyState;
import io.keyward.LiveKeyRing;
import io.keyward.store.ChangeCause.Action;
import io.keyward.store.ChangeRefusedException.Reason;
import io.keyward.store.StoreConflictException.Conflict;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes every change of a key while a service runs: issues, rotates, changes, disables and revokes.
 *
 * <pre>
 *   issue ──► ACTIVE ◄──enable── DISABLED        rotate, change: the state stays
 *               │ └───disable──►    │
 *               └──revoke─► REVOKED ◄┘           for good
 * </pre>
 *
 * <p>A change is stored first and then put into the ring in force, before the method returns: a verification that
 * starts after {@link #revoke} has returned rejects the key. Verifications never wait. Changes through one ring, by
 * this manager or another, wait for each other only if the store's versions are not
 * {@linkplain ApiKeyStore#hasOrderedVersions ordered}. If somebody else changes the same record at the same time, the
 * manager repeats its change on what they stored, so neither change is lost.
 *
 * <p>How a method ends:
 *
 * <ul>
 *   <li>it returns: the change is stored, as durably as the store is, and in force;
 * <li>{@link ChangeRefusedException}: nothing was stored, and the ring does not change;
 * <li>{@link StoreException}: the store failed. The ring does not change, and the record in the store has its old state
 *     or its new one: the manager asked for it, and did not find the change or got no answer. Look at the key before
 *     you repeat a rotation; repeating a revoke, disable or enable is always safe, and puts in force what was stored;
 * <li>{@link io.keyward.KeyRingException}: the change is stored, but the ring in force lacks the role or pepper of the
 *     record. The key is disabled in that ring until a ring that has them is published.
 * </ul>
 *
 * <p>No method changes a record with an attribute that this version does not know, not even to revoke or disable it:
 * each refuses with {@code UNSUPPORTED}. This version rejects such a key anyway, and the version that set the attribute
 * can revoke it for every version.
 *
 * <p>Times, given or computed, are cut to the millisecond and must be in the years 1 to 9999. A retiring secret whose
 * end has passed is dropped when its record is next written.
 *
 * <p>Each change has a {@linkplain ChangeCause cause}: the action, who makes it ({@link #as}, {@link #onBehalfOf}), for
 * which request ({@link #inRequest}), and when. The record takes its creator and last changer from it, and the store
 * and each {@linkplain ChangeGuard guard} get it. The default guard is {@link ChangeGuard#logging}.
 *
 * <p>May be shared between threads. Methods block for the store's I/O.
 */
public final class ApiKeyManager {
    /** Each conflict means that another change succeeded, so this many in a row are a fault and not bad luck. */
    private static final int ATTEMPTS = 100;

    private static final Pattern ID = Pattern.compile("[a-z0-9_]{1,64}");

    private final ApiKeyStore store;
    private final LiveKeyRing live;
    private final ApiKeyGenerator generator;
    private final Supplier<? extends KeyHasher> hasher;
    private final InstantSource clock;
    private final @Nullable LastUsed lastUsed;
    private final RingPublisher publisher;
    private final GuardedChange guards;
    private final @Nullable ApiKeyPrincipal maker;
    private final @Nullable Actor named;
    private final @Nullable String requestId;
    private final @Nullable Long expectedVersion;

    private ApiKeyManager(Builder builder) {
        this.store = builder.store;
        this.live = builder.live;
        this.generator = builder.generator;
        this.hasher = builder.hasher;
        this.clock = builder.clock;
        this.lastUsed = builder.lastUsed;
        this.publisher = new RingPublisher(live, store.hasOrderedVersions(), lastUsed);
        this.guards = new GuardedChange(builder.guards);
        this.maker = null;
        this.named = null;
        this.requestId = null;
        this.expectedVersion = null;
    }

    private ApiKeyManager(
            ApiKeyManager manager,
            @Nullable ApiKeyPrincipal maker,
            @Nullable Actor named,
            @Nullable String requestId,
            @Nullable Long expectedVersion) {
        this.store = manager.store;
        this.live = manager.live;
        this.generator = manager.generator;
        this.hasher = manager.hasher;
        this.clock = manager.clock;
        this.lastUsed = manager.lastUsed;
        this.publisher = manager.publisher;
        this.guards = manager.guards;
        this.maker = maker;
        this.named = named;
        this.requestId = requestId;
        this.expectedVersion = expectedVersion;
    }

    /**
     * Starts a manager.
     *
     * @param store what keeps the records
     * @param live where changes are published; it should hold the records of the store, and its roles are those that
     *     keys may have
     * @param generator what makes keys
     */
    public static Builder builder(ApiKeyStore store, LiveKeyRing live, ApiKeyGenerator generator) {
        return new Builder(store, live, generator);
    }

    /**
     * Returns a manager that makes changes for somebody and refuses those that exceed what their key may do.
     *
     * <p>The right to manage keys must not give anyone more rights. So each change is checked against the maker's key
     * as it is in the ring in force at that moment, not as it was when it was verified. The maker's key must be valid.
     * It must have every role and permission that the changed key has before the change or after it. A key that is
     * issued, rotated or given another end must not end later than the maker's. A change that was checked before the
     * maker's key was revoked may still be stored after that.
     *
     * @param principal the caller whose key was verified for this change
     */
    public ApiKeyManager onBehalfOf(ApiKeyPrincipal principal) {
        requireNonNull(principal, "principal");
        return new ApiKeyManager(this, principal, named, requestId, expectedVersion);
    }

    /**
     * Returns a manager whose changes name this actor; by default they name the key that they are made for, or
     * {@link Actor#application}.
     *
     * <p>Adds no limit and removes none: {@code onBehalfOf(principal).as(actor)}, in either order, is limited by the
     * key and names the actor.
     */
    public ApiKeyManager as(Actor newActor) {
        return new ApiKeyManager(this, maker, requireNonNull(newActor, "newActor"), requestId, expectedVersion);
    }

    /**
     * Returns a manager whose changes name this request.
     *
     * @param newRequestId the id under which the application logs the request; null, the default, for none
     * @throws IllegalArgumentException if it is empty or longer than {@value ChangeCause#MAX_REQUEST_ID} characters, or
     *     has blanks at its ends, a control character or a line break
     */
    public ApiKeyManager inRequest(@Nullable String newRequestId) {
        Actor.requireLine("request id", newRequestId, ChangeCause.MAX_REQUEST_ID);
        return new ApiKeyManager(this, maker, named, newRequestId, expectedVersion);
    }

    /**
     * Returns a manager that changes a key only if its record still has this version: for somebody who decided by what
     * they have read.
     *
     * <pre>{@code
     * ApiKeyRecord read = manager.find(id).orElseThrow();
     * manager.ifVersion(read.version()).rotate(id, Duration.ofHours(24));
     * }</pre>
     *
     * <p>If somebody else was faster, the change is refused as {@code STALE} and not repeated. A new key has no version
     * yet, so {@link #issue} ignores it.
     *
     * @param version the {@linkplain ApiKeyRecord#version version} that was read
     * @throws IllegalArgumentException if it is not positive, as the version of every stored record is
     */
    public ApiKeyManager ifVersion(long version) {
        if (version < 1) {
            throw new IllegalArgumentException("version (" + version + ") must be positive");
        }
        return new ApiKeyManager(this, maker, named, requestId, version);
    }

    /**
     * Makes a new key.
     *
     * @return the key, which exists here and nowhere else, and its record
     * @throws ChangeRefusedException {@code INVALID} if a role is not declared in the ring in force, the end is not
     *     after the present and the beginning, a time is too far off, or a text is not valid in a record;
     *     {@code EXCEEDS_MAKER}, see {@link #onBehalfOf}
     * @throws StoreException if the store failed; a record may remain of a key that nobody has
     */
    public IssuedKey issue(IssueRequest request) {
        requireNonNull(request, "request");
        return publisher.publishing(() -> {
            ChangeCause cause = cause(Action.ISSUE);
            return guards.run(cause, null, () -> issueNow(request, cause));
        });
    }

    /**
     * Gives a key a new secret; the id stays, and the old secret stays valid for a while longer.
     *
     * <p>At most two secrets are valid: a rotation inside the overlap of an earlier one is refused unless the request
     * says {@link RotateRequest.Builder#dropOld dropOld}, which ends the oldest at once. The old secret is never valid
     * longer than it would have been without the rotation. The new one ends when the old one would have, or as the
     * request says; a beginning in the future stays. A key that has expired needs a new end. The text of the new key
     * contains the id if it has the form of an issued one; for a record named by hand, such as {@code alice}, the text
     * contains a new id and the record keeps its name. A disabled key stays disabled.
     *
     * @param id the key id
     * @return the new key, which exists here and nowhere else, and the record
     * @throws ChangeRefusedException {@code NO_SUCH_KEY}; {@code REVOKED}; {@code OVERLAP}; {@code INVALID} if the
     *     overlap is negative or too long, or the end is not after the present and the beginning, or too far off;
     *     {@code EXCEEDS_MAKER}, see {@link #onBehalfOf}
     * @throws StoreException if the store failed. Look at the key before trying again: if the rotation was stored,
     *     another one would end the secret that is in use
     */
    public IssuedKey rotate(String id, RotateRequest request) {
        requireNonNull(id, "id");
        requireNonNull(request, "request");
        ApiKey key = generator.generate(KeyFormat.isId(id) ? id : generator.newId());
        KeyHash hash = hasher.get().hash(key);
        ApiKeyRecord rotated = replace(id, Action.ROTATE, (before, rules) -> {
            rules.requireNotRevoked(before);
            rules.requireDeclaredRoles(before);
            rules.requireMakerCovers(before);
            if (!request.dropsOld) {
                rules.requireNoOverlap(before);
            }
            ApiKeyRecord after = rotated(before, hash, request, rules);
            rules.requireWindow(after.current());
            rules.requireMakerOutlives(after);
            return after;
        });
        return new IssuedKey(key, rotated);
    }

    /**
     * Gives a key a new secret that ends when the old one would have; otherwise as
     * {@link #rotate(String, RotateRequest)}.
     *
     * @param overlap how long the old secret stays valid; zero ends it now
     */
    public IssuedKey rotate(String id, Duration overlap) {
        return rotate(id, RotateRequest.builder(overlap).build());
    }

    /**
     * Gives a key a new secret and a new end; otherwise as {@link #rotate(String, RotateRequest)}.
     *
     * @param overlap how long the old secret stays valid; zero ends it now
     * @param expiresAt when the new secret ends; null for never
     */
    public IssuedKey rotate(String id, Duration overlap, @Nullable Instant expiresAt) {
        return rotate(id, RotateRequest.builder(overlap).expiresAt(expiresAt).build());
    }

    /**
     * Ends a key for good, with all its secrets. Does nothing if it is revoked already.
     *
     * @return the record as it is stored now
     * @throws ChangeRefusedException {@code NO_SUCH_KEY}; {@code EXCEEDS_MAKER}, see {@link #onBehalfOf}
     * @throws StoreException if the store failed; repeat it
     */
    public ApiKeyRecord revoke(String id) {
        return setState(id, KeyState.REVOKED, Action.REVOKE);
    }

    /**
     * Disables a key until it is enabled again. Does nothing if it is disabled already.
     *
     * @return the record as it is stored now
     * @throws ChangeRefusedException {@code NO_SUCH_KEY}; {@code REVOKED}; {@code EXCEEDS_MAKER}, see {@link
     *     #onBehalfOf}
     * @throws StoreException if the store failed; repeat it
     */
    public ApiKeyRecord disable(String id) {
        return setState(id, KeyState.DISABLED, Action.DISABLE);
    }

    /**
     * Enables a disabled key. Does nothing if it is active already.
     *
     * @return the record as it is stored now
     * @throws ChangeRefusedException {@code NO_SUCH_KEY}; {@code REVOKED}; {@code EXCEEDS_MAKER}, see {@link
     *     #onBehalfOf}
     * @throws StoreException if the store failed; repeat it
     */
    public ApiKeyRecord enable(String id) {
        return setState(id, KeyState.ACTIVE, Action.ENABLE);
    }

    /**
     * Changes the owner, name, roles, permissions, end or metadata of a key; its secrets stay the same.
     *
     * @return the record as it is stored now
     * @throws ChangeRefusedException {@code NO_SUCH_KEY}; {@code REVOKED}; {@code INVALID} as {@link #issue}, the end
     *     only if it is changed; {@code EXCEEDS_MAKER}, see {@link #onBehalfOf}
     * @throws StoreException if the store failed
     */
    public ApiKeyRecord change(String id, KeyChange change) {
        requireNonNull(change, "change");
        return replace(id, Action.CHANGE, (before, rules) -> {
            rules.requireNotRevoked(before);
            rules.requireMakerCovers(before);
            ApiKeyRecord after = rules.possible(() -> change.applyTo(before));
            rules.requireDeclaredRoles(after);
            rules.requireMakerCovers(after);
            if (change.changesEnd) {
                rules.requireWindow(after.current());
                rules.requireMakerOutlives(after);
            }
            return after;
        });
    }

    /**
     * Runs changes through this manager and publishes them together: one ring for all.
     *
     * <pre>{@code
     * manager.inBulk(() -> ids.forEach(manager::revoke));
     * }</pre>
     *
     * <p>Not a transaction: each change is stored when its method returns, and in force when this returns. If
     * {@code changes} throws, what was stored until then is put in force. If the store's versions are not ordered,
     * other changes of the ring's keys wait until this ends.
     *
     * @param changes calls methods of this manager, on this thread
     * @throws RuntimeException what {@code changes} throws
     */
    public void inBulk(Runnable changes) {
        publisher.publishing(() -> {
            changes.run();
            return live;
        });
    }

    /**
     * Returns the record of an id as it is stored, revoked ones included; empty if there is none.
     *
     * @throws StoreException if the store failed
     */
    public Optional<ApiKeyRecord> find(String id) {
        return store.find(id);
    }

    /**
     * Returns the stored records that a filter chooses, in the order of their ids.
     *
     * @throws StoreException if the store failed
     */
    public List<ApiKeyRecord> list(KeyFilter filter) {
        return store.list(filter, null, Integer.MAX_VALUE);
    }

    /**
     * Returns one page of the stored records that a filter chooses, in the order of their ids; see
     * {@link ApiKeyStore#list}.
     *
     * @param after the id after which the page begins; null for the first page
     * @param limit the most records, at least 1
     * @throws IllegalArgumentException if the limit is less than 1
     * @throws StoreException if the store failed
     */
    public List<ApiKeyRecord> list(KeyFilter filter, @Nullable String after, int limit) {
        return store.list(filter, after, limit);
    }

    /**
     * Removes for good the records that a filter chooses and that ended long enough ago: revoked, or with all secrets
     * expired, for at least this span. {@code list(filter.endedBy(now.minus(span)))} shows them beforehand.
     *
     * <p>A caller that presents a removed key gets the same answer as before, but the log says {@code UNKNOWN} instead
     * of {@code REVOKED} or {@code EXPIRED}. A key that was revoked by hand in a file, without the time of the change,
     * stays until its secrets have expired. A record with an attribute that this version does not know stays too, and
     * so does one that somebody changes at the same time.
     *
     * <p>Each removal is a change of its own, with {@link ChangeCause.Action#PURGE}. If one ends with an exception,
     * those before it are done; repeating it is safe.
     *
     * @param endedFor the span, not negative
     * @return the ids of the removed records, in order
     * @throws IllegalArgumentException if the span is negative
     * @throws ChangeRefusedException {@code EXCEEDS_MAKER}, see {@link #onBehalfOf}
     * @throws UnsupportedOperationException if the store keeps every record
     * @throws StoreException if the store failed
     */
    public List<String> purge(KeyFilter filter, Duration endedFor) {
        if (endedFor.isNegative()) {
            throw new IllegalArgumentException("span (" + endedFor + ") must not be negative");
        }
        return publisher.publishing(() -> {
            List<String> purged = new ArrayList<>();
            KeyFilter ended = filter.endedBy(KeyTimes.after(clock.instant(), endedFor.negated()));
            for (ApiKeyRecord record : list(ended)) {
                if (record.unknownAttributes().isEmpty() && remove(record)) {
                    purged.add(record.id());
                }
            }
            return List.copyOf(purged);
        });
    }

    /** Removes a record unless somebody has changed or removed it since it was read. */
    private boolean remove(ApiKeyRecord record) {
        ChangeCause cause = cause(Action.PURGE);
        return guards.run(cause, record.id(), () -> {
            rules(record.id(), cause).requireMakerCovers(record);
            guards.before(cause, record, null);
            try {
                store.remove(record, cause);
            } catch (StoreConflictException changed) {
                return false;
            } catch (StoreException lost) {
                if (findAfter(lost, record.id()).isPresent()) {
                    throw lost;
                }
            }
            publisher.removed(record);
            guards.applied(cause, record, null);
            return true;
        });
    }

    /** Asks the store what came of a change whose answer was lost. */
    private Optional<ApiKeyRecord> findAfter(StoreException lost, String id) {
        try {
            return store.find(id);
        } catch (StoreException e) {
            lost.addSuppressed(e);
            throw lost;
        }
    }

    /**
     * Returns when this process last accepted the secrets of a key; empty if this manager was built without
     * {@link Builder#lastUsed}.
     */
    public Optional<LastUsed.LastUse> lastUse(String id) {
        return Optional.ofNullable(lastUsed).map(memory -> memory.of(id));
    }

    /**
     * Returns when the secrets of each of these keys were last accepted, by id: as far as this process remembers and the
     * store knows of others ({@link ApiKeyStore#lastUses}). Empty if this manager was built without
     * {@link Builder#lastUsed}.
     */
    public Map<String, LastUsed.LastUse> lastUses(Collection<ApiKeyRecord> records) {
        LastUsed memory = lastUsed;
        if (memory == null || records.isEmpty()) {
            return Map.of();
        }
        Map<String, Map<Integer, Instant>> elsewhere =
                store.lastUses(records.stream().map(ApiKeyRecord::id).toList());
        Map<String, LastUsed.LastUse> uses = new HashMap<>();
        records.forEach(record ->
                uses.put(record.id(), memory.of(record, elsewhere.getOrDefault(record.id(), Map.of()))));
        return uses;
    }

    private IssuedKey issueNow(IssueRequest request, ChangeCause cause) {
        ChangeRules rules = rules(null, cause);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ApiKey key = generator.generate();
            ApiKeyRecord record = rules.possible(() -> newRecord(key, request, cause));
            rules.requireWindow(record.current());
            rules.requireDeclaredRoles(record);
            rules.requireMakerCovers(record);
            rules.requireMakerOutlives(record);
            Optional<ApiKeyRecord> stored = insertIfFree(record, rules, cause);
            if (stored.isPresent()) {
                return new IssuedKey(key, stored.get());
            }
        }
        throw contended("new key");
    }

    private ApiKeyRecord newRecord(ApiKey key, IssueRequest request, ChangeCause cause) {
        Instant end = request.lifetime == null ? request.expiresAt : KeyTimes.after(cause.time(), request.lifetime);
        HashedSecret secret =
                new HashedSecret(hasher.get().hash(key), KeyTimes.toMillis(request.notBefore), KeyTimes.toMillis(end));
        return ApiKeyRecord.builder(generator.format().idOf(key))
                .owner(request.owner)
                .name(request.name)
                .roles(request.roles)
                .permissions(request.permissions)
                .secrets(List.of(secret))
                .metadata(request.metadata)
                .created(cause.time(), cause.actor().label())
                .build();
    }

    /** Inserts unless the id is taken, in the store or by a record that the ring has from elsewhere. */
    private Optional<ApiKeyRecord> insertIfFree(ApiKeyRecord record, ChangeRules rules, ChangeCause cause) {
        if (live.current().find(record.id()).isPresent()) {
            return Optional.empty();
        }
        try {
            return Optional.of(write(null, record, rules, cause));
        } catch (StoreConflictException taken) {
            // the next key has another id and another hash
            return Optional.empty();
        }
    }

    private static ApiKeyRecord rotated(ApiKeyRecord before, KeyHash hash, RotateRequest request, ChangeRules rules) {
        HashedSecret old = before.current();
        Instant end = request.changesEnd ? request.expiresAt : old.expiresAt();
        Instant endOfOverlap = rules.endOf(request.overlap);
        Instant notBefore = old.notBefore();
        boolean begun = notBefore == null || !rules.now().isBefore(notBefore);
        List<HashedSecret> secrets = new ArrayList<>();
        secrets.add(new HashedSecret(hash, begun ? null : notBefore, end, before.nextOrdinal()));
        Instant oldEnd = KeyTimes.earlier(KeyTimes.earlier(old.expiresAt(), end), KeyTimes.toMillis(endOfOverlap));
        HashedSecret retiring = old.withExpiresAt(oldEnd);
        if (!KeyTimes.isPast(oldEnd, rules.now()) && !retiring.isWindowEmpty()) {
            secrets.add(retiring);
        }
        return before.toBuilder().secrets(secrets).build();
    }

    private ApiKeyRecord setState(String id, KeyState state, Action action) {
        return replace(id, action, (before, rules) -> {
            rules.requireMakerCovers(before);
            if (state != KeyState.REVOKED) {
                rules.requireNotRevoked(before);
            }
            if (state == KeyState.ACTIVE) {
                rules.requireDeclaredRoles(before);
            }
            return before.toBuilder().state(state).build();
        });
    }

    private ApiKeyRecord replace(String id, Action action, Change change) {
        requireNonNull(id, "id");
        return publisher.publishing(() -> {
            ChangeCause cause = cause(action);
            return guards.run(cause, shownId(id), () -> replaceNow(id, cause, change));
        });
    }

    /** Reads a record, changes it and stores it; starts again whenever somebody else was faster. */
    private ApiKeyRecord replaceNow(String id, ChangeCause cause, Change change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ApiKeyRecord before = store.find(id).orElseThrow(() -> noSuchKey(id));
            ChangeRules rules = rules(id, cause);
            rules.requireVersion(before, expectedVersion);
            ApiKeyRecord after = change.apply(before, rules);
            if (after.equals(before)) {
                // the ring may lack the stored state, if an earlier attempt ended half-way
                publisher.stored(before);
                return before;
            }
            rules.requireUnderstood(before);
            ApiKeyRecord noted = withoutEndedSecret(after, rules.now()).toBuilder()
                    .changed(cause.time(), cause.actor().label())
                    .build();
            try {
                return write(before, noted, rules, cause);
            } catch (StoreConflictException e) {
                if (e.conflict() == Conflict.HASH_TAKEN) {
                    throw e;
                }
            }
        }
        throw contended("key `" + id + "`");
    }

    private ApiKeyRecord write(
            @Nullable ApiKeyRecord before, ApiKeyRecord record, ChangeRules rules, ChangeCause cause) {
        guards.before(cause, before, record);
        ApiKeyRecord stored;
        try {
            stored = rules.possible(() -> before == null ? store.insert(record, cause) : store.update(record, cause));
        } catch (StoreException lost) {
            stored = findOut(record, lost);
        }
        publisher.stored(stored);
        guards.applied(cause, before, stored);
        return stored;
    }

    /**
     * Returns the record in the store if it is the wanted one: then the change succeeded and only its answer was lost.
     */
    private ApiKeyRecord findOut(ApiKeyRecord wanted, StoreException lost) {
        return findAfter(lost, wanted.id())
                .filter(now -> now.version() != wanted.version())
                .filter(now -> wanted.toBuilder().version(now.version()).build().equals(now))
                .orElseThrow(() -> lost);
    }

    private static ApiKeyRecord withoutEndedSecret(ApiKeyRecord record, Instant now) {
        boolean ended = record.retiring()
                .filter(old -> KeyTimes.isPast(old.expiresAt(), now))
                .isPresent();
        return ended ? record.toBuilder().secrets(List.of(record.current())).build() : record;
    }

    private ChangeCause cause(Action action) {
        return new ChangeCause(action, actor(), requestId, clock.instant());
    }

    private Actor actor() {
        if (named != null) {
            return named;
        }
        return maker != null ? Actor.key(maker) : Actor.application();
    }

    private ChangeRules rules(@Nullable String id, ChangeCause cause) {
        return new ChangeRules(live.current(), cause.time(), maker, id);
    }

    private static ChangeRefusedException noSuchKey(String id) {
        return shownId(id) != null
                ? new ChangeRefusedException(Reason.NO_SUCH_KEY, id, "there is no key `" + id + "`")
                : new ChangeRefusedException(
                        Reason.NO_SUCH_KEY, null, "there is no key with that id; ids are 1 to 64 of a-z 0-9 _");
    }

    /** Returns an id; null for a text that does not have the form of one, because it may be a key. */
    private static @Nullable String shownId(String id) {
        return ID.matcher(id).matches() ? id : null;
    }

    private static ChangeRefusedException contended(String subject) {
        return new ChangeRefusedException(
                Reason.CONTENDED,
                null,
                subject + ": the store refused " + ATTEMPTS
                        + " times in a row because somebody else was faster; try again");
    }

    @Override
    public String toString() {
        return "ApiKeyManager[" + store + "]";
    }

    private interface Change {
        ApiKeyRecord apply(ApiKeyRecord before, ChangeRules rules);
    }

    /** Builds a manager; not for use by several threads. */
    public static final class Builder {
        private final ApiKeyStore store;
        private final LiveKeyRing live;
        private final ApiKeyGenerator generator;
        private Supplier<? extends KeyHasher> hasher;
        private InstantSource clock = InstantSource.system();
        private @Nullable LastUsed lastUsed;
        private List<ChangeGuard> guards = List.of(ChangeGuard.logging());

        private Builder(ApiKeyStore store, LiveKeyRing live, ApiKeyGenerator generator) {
            this.store = requireNonNull(store, "store");
            this.live = requireNonNull(live, "live");
            this.generator = requireNonNull(generator, "generator");
            KeyHasher sha256 = KeyHasher.sha256();
            this.hasher = () -> sha256;
        }

        /** Sets the hasher of new keys, by default SHA-256; the ring must have it too. */
        public Builder hasher(KeyHasher hasher) {
            requireNonNull(hasher, "hasher");
            return hasher(() -> hasher);
        }

        /**
         * Sets the supplier of the hasher, which is called for each new key, because a reload may bring another pepper.
         */
        public Builder hasher(Supplier<? extends KeyHasher> hasher) {
            this.hasher = requireNonNull(hasher, "hasher");
            return this;
        }

        /** Sets the clock by which ends are computed and checked, by default the system's. */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /** Sets the memory of uses, by default none; the verifier must notify it of them, see {@link LastUsed}. */
        public Builder lastUsed(LastUsed lastUsed) {
            this.lastUsed = requireNonNull(lastUsed, "lastUsed");
            return this;
        }

        /**
         * Sets the guards of changes, which are called in this order. The default is {@link ChangeGuard#logging} alone;
         * name it again to keep it.
         */
        public Builder guards(ChangeGuard... guards) {
            this.guards = List.of(guards);
            return this;
        }

        /**
         * Returns the manager.
         *
         * @throws io.keyward.KeyRingException if the ring in force lacks the hasher of new keys
         */
        public ApiKeyManager build() {
            ApiKey probe = generator.generate();
            live.current()
                    .with(List.of(ApiKeyRecord.builder(generator.format().idOf(probe))
                            .hash(hasher.get().hash(probe))
                            .build()));
            return new ApiKeyManager(this);
        }
    }
}
