package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.LiveKeyRing;
import io.keyward.role.RoleModel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds everything that a service needs for its keys, assembled from a store, roles, clock, format and peppers, each
 * given once.
 *
 * <pre>{@code
 * ApiKeys keys = ApiKeys.over(store).roles(roles).format("acme_live").open();
 * IssuedKey issued = keys.manager().issue(IssueRequest.builder().owner("alice").roles("client").build());
 * Verification verification = keys.verifier().verify(presented);
 * }</pre>
 *
 * <p>You can also assemble the parts by hand; then give the clock and the peppers to several of them. May be shared
 * between threads.
 */
public final class ApiKeys implements AutoCloseable {
    private final ApiKeyVerifier verifier;
    private final ApiKeyManager manager;
    private final LiveKeyRing ring;
    private final LastUsed lastUsed;
    private final Supplier<KeysState> state;
    private final Runnable close;

    private ApiKeys(
            ApiKeyVerifier verifier,
            ApiKeyManager manager,
            LiveKeyRing ring,
            LastUsed lastUsed,
            Supplier<KeysState> state,
            Runnable close) {
        this.verifier = requireNonNull(verifier, "verifier");
        this.manager = requireNonNull(manager, "manager");
        this.ring = requireNonNull(ring, "ring");
        this.lastUsed = requireNonNull(lastUsed, "lastUsed");
        this.state = requireNonNull(state, "state");
        this.close = requireNonNull(close, "close");
    }

    /** Starts to assemble keys over a store. Closing the keys does not close the store. */
    public static Builder over(ApiKeyStore store) {
        return new Builder(store);
    }

    /**
     * Returns keys made of finished parts: for sources that follow their store in a way of their own.
     *
     * @param verifier verifies against the ring, and notifies {@code lastUsed}
     * @param manager publishes into the ring
     * @param ring holds the keys in force
     * @param lastUsed the one that the manager has too
     * @param state returns the state of the keys at each call; may be called by any thread
     * @param close ends what follows the source; may be called more than once
     */
    public static ApiKeys of(
            ApiKeyVerifier verifier,
            ApiKeyManager manager,
            LiveKeyRing ring,
            LastUsed lastUsed,
            Supplier<KeysState> state,
            Runnable close) {
        return new ApiKeys(verifier, manager, ring, lastUsed, state, close);
    }

    /** Returns the verifier, which also notes the use of each accepted key. */
    public ApiKeyVerifier verifier() {
        return verifier;
    }

    /** Returns the manager, which issues, rotates and revokes keys. */
    public ApiKeyManager manager() {
        return manager;
    }

    /** Returns the holder of the keys in force. */
    public LiveKeyRing ring() {
        return ring;
    }

    /** Returns the memory of uses. */
    public LastUsed lastUsed() {
        return lastUsed;
    }

    /** Returns the present state of the keys, for a health check. Costs no I/O. */
    public KeysState state() {
        return state.get();
    }

    /** Stops following the store. The verifier continues with the keys in force. */
    @Override
    public void close() {
        close.run();
    }

    @Override
    public String toString() {
        return "ApiKeys[" + ring + "]";
    }

    /** Assembles keys; not for use by several threads. */
    public static final class Builder {
        private final ApiKeyStore store;
        private final List<KeyHasher> hashers = new ArrayList<>();
        private RoleModel roles = RoleModel.empty();
        private InstantSource clock = InstantSource.system();
        private int lastUsedCapacity = LastUsed.DEFAULT_CAPACITY;
        private boolean startsWithoutStore;
        private ChangeGuard[] guards = {ChangeGuard.logging()};
        private @Nullable KeyFormat format;
        /** What was set of the follower; it is made when the ring is. */
        private final List<Consumer<StoreFollower.Builder>> following = new ArrayList<>();

        private Builder(ApiKeyStore store) {
            this.store = requireNonNull(store, "store");
        }

        /** Sets the roles that keys may have, by default none. */
        public Builder roles(RoleModel roles) {
            this.roles = requireNonNull(roles, "roles");
            return this;
        }

        /**
         * Sets the prefix of new keys, such as {@code acme_live}. Either this or {@link #format(KeyFormat)} is
         * required.
         *
         * @throws IllegalArgumentException as {@link KeyFormat#of}
         */
        public Builder format(String prefix) {
            return format(KeyFormat.of(prefix));
        }

        /** Sets the format of new keys. */
        public Builder format(KeyFormat format) {
            this.format = requireNonNull(format, "format");
            return this;
        }

        /** Sets the clock of verifier, manager, last use and follower, by default the system's. */
        public Builder clock(InstantSource clock) {
            this.clock = requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Adds a pepper. The first one given hashes new keys; further ones are for keys that were hashed with them.
         * Without any, new keys are hashed by plain SHA-256.
         *
         * @throws IllegalArgumentException as {@link KeyHasher#hmacSha256}
         */
        public Builder pepper(String id, byte[] pepper) {
            return pepper(KeyHasher.hmacSha256(id, pepper));
        }

        /** Adds a ready hasher, as {@link #pepper(String, byte[])}. */
        public Builder pepper(KeyHasher hasher) {
            hashers.add(requireNonNull(hasher, "hasher"));
            return this;
        }

        /** Sets the guards of changes, see {@link ApiKeyManager.Builder#guards}. */
        public Builder guards(ChangeGuard... guards) {
            this.guards = guards.clone();
            return this;
        }

        /** Sets for about how many keys the last use is remembered, see {@link LastUsed#create(InstantSource, int)}. */
        public Builder lastUsedCapacity(int capacity) {
            this.lastUsedCapacity = capacity;
            return this;
        }

        /**
         * Sets how often the store is asked for what others changed, by default twice a second. With this, a store is
         * followed even if it is not {@linkplain ApiKeyStore#isShared shared}. See
         * {@link StoreFollower.Builder#interval}.
         */
        public Builder interval(Duration interval) {
            requireNonNull(interval, "interval");
            following.add(follower -> follower.interval(interval));
            return this;
        }

        /**
         * Sets how old the keys may become while the store is away, by default 15 minutes, see
         * {@link StoreFollower.Builder#maxStaleness}.
         */
        public Builder maxStaleness(Duration maxStaleness) {
            requireNonNull(maxStaleness, "maxStaleness");
            following.add(follower -> follower.maxStaleness(maxStaleness));
            return this;
        }

        /** Sets what makes the threads that follow the store, by default daemon threads. */
        public Builder threads(ThreadFactory threads) {
            requireNonNull(threads, "threads");
            following.add(follower -> follower.threads(threads));
            return this;
        }

        /**
         * Lets {@link #open} succeed even if the store cannot be read; until it can, every verification throws
         * {@link io.keyward.KeysUnavailableException}. By default {@code open} fails.
         */
        public Builder startWithoutStore() {
            this.startsWithoutStore = true;
            return this;
        }

        /**
         * Reads the store and returns the keys. Follows the store from then on if it is
         * {@linkplain ApiKeyStore#isShared shared} or an option of following was given.
         *
         * @throws IllegalStateException if no format was given
         * @throws IllegalArgumentException if two peppers have one id, or a value is out of its range, see
         *     {@link StoreFollower.Builder#build}
         * @throws StoreException if the store cannot be read, unless {@link #startWithoutStore} was called
         */
        public ApiKeys open() {
            if (format == null) {
                throw new IllegalStateException("the keys have no format; call format(…) with the prefix of new keys");
            }
            LastUsed lastUsed = LastUsed.create(clock, lastUsedCapacity);
            KeyRing.Builder empty = KeyRing.builder().roles(roles);
            hashers.forEach(empty::hasher);
            LiveKeyRing ring = LiveKeyRing.of(empty.build());
            ApiKeyManager manager = managerOf(ring, ApiKeyGenerator.of(format), lastUsed);
            StoreFollower follower = followerOf(ring, lastUsed);
            readFirst(follower, ring);
            if (isFollowed()) {
                follower.start();
            }
            ApiKeyVerifier verifier = ApiKeyVerifier.of(ring, clock).notifying(lastUsed);
            return new ApiKeys(verifier, manager, ring, lastUsed, stateOf(follower), follower::close);
        }

        private ApiKeyManager managerOf(LiveKeyRing ring, ApiKeyGenerator generator, LastUsed lastUsed) {
            ApiKeyManager.Builder manager = ApiKeyManager.builder(store, ring, generator)
                    .clock(clock)
                    .lastUsed(lastUsed)
                    .guards(guards);
            if (!hashers.isEmpty()) {
                manager.hasher(hashers.get(0));
            }
            return manager.build();
        }

        private StoreFollower followerOf(LiveKeyRing ring, LastUsed lastUsed) {
            StoreFollower.Builder follower =
                    StoreFollower.builder(store, ring).clock(clock).lastUsed(lastUsed);
            following.forEach(option -> option.accept(follower));
            return follower.build();
        }

        /**
         * A store that could not be read at the start is followed too, because otherwise nothing would read it again.
         */
        private boolean isFollowed() {
            return store.isShared() || !following.isEmpty() || startsWithoutStore;
        }

        private void readFirst(StoreFollower follower, LiveKeyRing ring) {
            if (!startsWithoutStore) {
                follower.follow();
                return;
            }
            // ends the ring, because nobody knows yet which keys there are
            Instant now = clock.instant();
            ring.update(empty -> empty.withValidUntil(now));
            try {
                follower.follow();
            } catch (StoreException noted) {
                // the follower has logged it, shows it as its state, and tries again
            }
        }

        /** The keys of a store that is not followed cannot become too old, because only this service changes it. */
        private Supplier<KeysState> stateOf(StoreFollower follower) {
            return isFollowed() ? follower::state : follower::stateOfLastReading;
        }
    }
}
