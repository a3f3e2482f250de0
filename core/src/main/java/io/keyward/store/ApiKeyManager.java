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
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Issues keys, rotates and revokes them: every change of a key while a service runs.
 *
 * <pre>
 *   issue ──► ACTIVE ◄──enable── DISABLED        rotate, change: the state stays
 *               │ └───disable──►    │
 *               └──revoke─► REVOKED ◄┘           for good
 * </pre>
 *
 * <p>A change is stored first and then put into the ring in force, before the method returns: a verification that
 * starts after {@link #revoke} has returned refuses the key. Verifications wait for nothing. Changes through one ring,
 * by this manager or another, wait for each other only where the store's versions are not
 * {@linkplain ApiKeyStore#hasOrderedVersions ordered}. If somebody else changes the same record in the store meanwhile,
 * the change is made anew on what they stored, so neither is lost.
 *
 * <p>How a method ends:
 *
 * <ul>
 *   <li>it returns: the change is stored, as durably as the store is, and in force;
 *   <li>{@link ChangeRefusedException}: nothing was stored, the ring stays;
 *   <li>{@link StoreException}: the store failed. The ring stays, and the store has the record in its old state or in
 *       its new one; the manager has asked it which, where it could be asked. Look at the key before a rotation is
 *       repeated; repeating a revoke, disable or enable is always safe, and puts in force what was stored;
 *   <li>{@link io.keyward.KeyRingException}: stored, and the ring in force could not take it, because it was made
 *       without the role or pepper of the record; the ring has the old state until one is published that can.
 * </ul>
 *
 * <p>A record with an attribute that this version does not know is never changed here, not even revoked or disabled:
 * every method refuses with {@code UNSUPPORTED}. Such a key is rejected by this version as it is, and the version that
 * set the attribute can revoke it for all.
 *
 * <p>Times given and reckoned are cut to the millisecond and must lie in the years 1 to 9999. A retiring secret whose
 * end has passed is dropped when its record is next written.
 *
 * <p>Each change has a {@linkplain ChangeCause cause}: the action, who makes it ({@link #as}, {@link #onBehalfOf}), for
 * which request ({@link #inRequest}), and when. The record notes creator and last changer from it, the store is given
 * it, and each {@linkplain ChangeGuard guard} hears of it, by default {@link ChangeGuard#logging}.
 *
 * <p>May be shared between threads. Methods block for the store's I/O.
 */
public final class ApiKeyManager {
    /** Each conflict means that somebody else got on, so to lose so often in a row takes a fault, not bad luck. */
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
     * @param store where records are kept
     * @param live what changes are published into; it should hold the records of the store, and says which roles there
     *     are
     * @param generator what makes keys
     */
    public static Builder builder(ApiKeyStore store, LiveKeyRing live, ApiKeyGenerator generator) {
        return new Builder(store, live, generator);
    }

    /**
     * Returns a manager that makes changes for somebody and refuses those that exceed what their key may do.
     *
     * <p>Whoever has a role that lets them manage keys must not gain by it. So each change is judged against the
     * maker's key as it is in the ring in force at that moment, not as it was when it was verified: the key changed
     * must not have a role or permission that the maker's has not, before the change or after it; a key that is issued,
     * rotated or given another end must not outlive the maker's; and the maker's key must count. A change that was
     * judged before the maker's key was revoked may still be stored after that.
     *
     * @param principal whose key was verified for this change
     */
    public ApiKeyManager onBehalfOf(ApiKeyPrincipal principal) {
        requireNonNull(principal, "principal");
        return new ApiKeyManager(this, principal, named, requestId, expectedVersion);
    }

    /**
     * Returns a manager whose changes name this actor; by default they name the key that they are made for, or
     * {@link Actor#application}.
     *
     * <p>Limits nothing and lifts no limit: {@code onBehalfOf(principal).as(actor)}, in either order, is limited by the
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
     * Returns a manager that changes a key only if its record still has this version: for somebody who decided on what
     * they have read.
     *
     * <pre>{@code
     * ApiKeyRecord read = manager.find(id).orElseThrow();
     * manager.ifVersion(read.version()).rotate(id, Duration.ofHours(24));
     * }</pre>
     *
     * <p>If somebody else was faster, the change is refused as {@code STALE} and not made on what they stored. A new
     * key has no version yet, so {@link #issue} ignores it.
     *
     * @param version the {@linkplain ApiKeyRecord#version version} that was read
     * @throws IllegalArgumentException if it is not positive, because a stored record has none such
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
     *     after the present and the beginning, a time is too far off, or the record could not hold a text; {@code
     *     EXCEEDS_MAKER}, see {@link #onBehalfOf}
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
     * longer than it would have been without the rotation. The new one has the end of the old, or the end of the
     * request; a beginning that lies ahead stays. A key whose end has passed needs another end. The id appears in the
     * text of the new key if it is one that was issued; for a record named by hand, such as {@code alice}, the text has
     * an id of its own and the record keeps its name. A disabled key stays disabled.
     *
     * @param id the key id
     * @return the new key, which exists here and nowhere else, and the record
     * @throws ChangeRefusedException {@code NO_SUCH_KEY}; {@code REVOKED}; {@code OVERLAP}; {@code INVALID} if the
     *     overlap is negative or too long, or the end is not after the present and the beginning, or too far off;
     *     {@code     EXCEEDS_MAKER}, see {@link #onBehalfOf}
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
     * Gives a key a new secret with the end of the old, as {@link #rotate(String, RotateRequest)} otherwise.
     *
     * @param overlap how long the old secret stays valid; zero ends it now
     */
    public IssuedKey rotate(String id, Duration overlap) {
        return rotate(id, RotateRequest.builder(overlap).build());
    }

    /**
     * Gives a key a new secret and a new end, as {@link #rotate(String, RotateRequest)} otherwise.
     *
     * @param overlap how long the old secret stays valid; zero ends it now
     * @param expiresAt when the new secret ends; null for never
     */
    public IssuedKey rotate(String id, Duration overlap, @Nullable Instant expiresAt) {
        return rotate(id, RotateRequest.builder(overlap).expiresAt(expiresAt).build());
    }

    /**
     * Ends a key for good, with all its secrets. Does nothing to a key that is revoked.
     *
     * @return the record as it is stored now
     * @throws ChangeRefusedException {@code NO_SUCH_KEY}; {@code EXCEEDS_MAKER}, see {@link #onBehalfOf}
     * @throws StoreException if the store failed; repeat it
     */
    public ApiKeyRecord revoke(String id) {
        return setState(id, KeyState.REVOKED, Action.REVOKE);
    }

    /**
     * Switches a key off until it is switched on again. Does nothing to a key that is off.
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
     * Switches a key on. Does nothing to a key that is on.
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
     * Changes what is noted of a key; the key itself stays as it is.
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
     * <p>Not a transaction: each change is stored when its method returns, and in force when this returns. If {@code
     * changes} throws, what was stored until then is put in force. Where the store's versions are not ordered, other
     * changes of the ring's keys wait until this ends.
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
     * Returns the record of an id as it is stored, revoked ones included; nothing if there is none.
     *
     * @throws StoreException if the store failed
     */
    public Optional<ApiKeyRecord> find(String id) {
        return store.find(id);
    }

    /**
     * Returns the stored records that a filter chooses, by id.
     *
     * @throws StoreException if the store failed
     */
    public List<ApiKeyRecord> list(KeyFilter filter) {
        return store.list(filter, null, Integer.MAX_VALUE);
    }

    /**
     * Returns one page of the stored records that a filter chooses, by id; see {@link ApiKeyStore#list}.
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
     * Removes for good the records that a filter chooses and that have been of no use for a while: revoked, or with all
     * secrets expired, for at least this span. {@code list(filter.endedBy(now.minus(span)))} shows them beforehand.
     *
     * <p>A caller that presents a removed key hears nothing else than before, but the log says {@code UNKNOWN} where it
     * said {@code REVOKED} or {@code EXPIRED}. A key that was revoked by hand in a file, without a note of when, stays
     * until its secrets have expired. A record with an attribute that this version does not know stays too, and so does
     * one that somebody changes at the same time.
     *
     * <p>Each removal is a change of its own, with {@link ChangeCause.Action#PURGE}. If one ends with an exception,
     * those before it are done; repeating it is safe.
     *
     * @param endedFor the span, not negative
     * @return the ids of the removed records, by id
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
                requireRemoved(record, lost);
            }
            publisher.removed(record);
            guards.applied(cause, record, null);
            return true;
        });
    }

    /** Asks the store whether a removal is done whose answer was lost. */
    private void requireRemoved(ApiKeyRecord record, StoreException lost) {
        if (isStored(record.id(), lost)) {
            throw lost;
        }
    }

    private boolean isStored(String id, StoreException lost) {
        try {
            return store.find(id).isPresent();
        } catch (StoreException e) {
            lost.addSuppressed(e);
            throw lost;
        }
    }

    /**
     * Returns when the secrets of a key were last accepted by this process; nothing if this manager was built without
     * {@link Builder#lastUsed}.
     */
    public Optional<LastUsed.LastUse> lastUse(String id) {
        return Optional.ofNullable(lastUsed).map(memory -> memory.of(id));
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

    /** Reads a record, changes it and stores it, again as long as somebody else was faster. */
    private ApiKeyRecord replaceNow(String id, ChangeCause cause, Change change) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ApiKeyRecord before = store.find(id).orElseThrow(() -> noSuchKey(id));
            ChangeRules rules = rules(id, cause);
            rules.requireVersion(before, expectedVersion);
            ApiKeyRecord after = change.apply(before, rules);
            if (after.equals(before)) {
                // the ring may lack what is stored, if the change was made once and ended half-way
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

    /** Asks the store whether a change is there whose answer was lost; if it is, the change has succeeded. */
    private ApiKeyRecord findOut(ApiKeyRecord wanted, StoreException lost) {
        Optional<ApiKeyRecord> found;
        try {
            found = store.find(wanted.id());
        } catch (StoreException e) {
            lost.addSuppressed(e);
            throw lost;
        }
        return found.filter(now -> now.version() != wanted.version())
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
                        Reason.NO_SUCH_KEY, null, "there is no key of that id; ids are 1 to 64 of a-z 0-9 _");
    }

    /** Returns an id; null for what has not the form of one, because it may be a key. */
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

        /** Sets what hashes new keys, by default SHA-256; the ring must have it too. */
        public Builder hasher(KeyHasher hasher) {
            requireNonNull(hasher, "hasher");
            return hasher(() -> hasher);
        }

        /** Sets what gives the hasher of each new key, asked for each: where a reload may bring another pepper. */
        public Builder hasher(Supplier<? extends KeyHasher> hasher) {
            this.hasher = requireNonNull(hasher, "hasher");
            return this;
        }

        /** Sets the clock by which ends are reckoned and judged, by default the system's. */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /** Sets what remembers uses, by default nothing; it must also be told of them, see {@link LastUsed}. */
        public Builder lastUsed(LastUsed lastUsed) {
            this.lastUsed = requireNonNull(lastUsed, "lastUsed");
            return this;
        }

        /**
         * Sets what hears of changes and may stop them, asked in this order; by default {@link ChangeGuard#logging}
         * alone, which has to be named again where it should stay.
         */
        public Builder guards(ChangeGuard... guards) {
            this.guards = List.of(guards);
            return this;
        }

        /**
         * Returns the manager.
         *
         * @throws io.keyward.KeyRingException if the ring in force cannot take a key made here, since it lacks the
         *     hasher
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
