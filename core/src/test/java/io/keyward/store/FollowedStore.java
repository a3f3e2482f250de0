package io.keyward.store;

import io.keyward.ApiKeyRecord;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A store that others change too: it fails, hangs, forgets and is looked at as a test says. */
final class FollowedStore extends DelegatingStore {
    /**
     * Hears the name of each method before it asks the store, and again, with a {@code !}, when the answer is there.
     */
    volatile Consumer<String> step = name -> {};

    volatile boolean ordered = true;
    volatile boolean isAway;
    volatile boolean isInStep = true;
    volatile boolean isWatchClosed;
    volatile Map<String, String> peppers = Map.of();
    volatile Runnable changed = () -> {};
    volatile List<String> asked = List.of();
    private final Set<String> removed = new HashSet<>();
    private boolean hasForgotten;

    FollowedStore() {
        super(InMemoryApiKeyStore.create());
    }

    /** Removes a record, as one who deletes rows does. */
    synchronized void remove(String id) {
        removed.add(id);
        hasForgotten = true;
    }

    @Override
    public ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
        return around("insert", () -> super.insert(record, cause));
    }

    @Override
    public ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
        return around("update", () -> super.update(record, cause));
    }

    @Override
    public Optional<ApiKeyRecord> find(String id) {
        return around("find", () -> super.find(id));
    }

    @Override
    public Snapshot load() {
        return around("load", this::loadKept);
    }

    private synchronized Snapshot loadKept() {
        Snapshot all = super.load();
        hasForgotten = false;
        return new Snapshot(
                all.records().stream()
                        .filter(record -> !removed.contains(record.id()))
                        .toList(),
                all.stamp());
    }

    @Override
    public Optional<Changes> changesSince(Stamp stamp) {
        return around("changesSince", () -> changesUnlessForgotten(stamp));
    }

    private synchronized Optional<Changes> changesUnlessForgotten(Stamp stamp) {
        return hasForgotten ? Optional.empty() : super.changesSince(stamp);
    }

    @Override
    public boolean hasOrderedVersions() {
        return ordered;
    }

    @Override
    public boolean isInStep(Collection<ApiKeyRecord> records, Set<String> except, Stamp stamp) {
        asked = records.stream().map(ApiKeyRecord::id).toList();
        return around("isInStep", () -> isInStep);
    }

    @Override
    public void requirePeppers(Map<String, String> checks) {
        peppers.forEach((id, check) -> {
            if (!checks.getOrDefault(id, check).equals(check)) {
                throw new StoreException("pepper `" + id + "` is another");
            }
        });
    }

    @Override
    public Watch watch(Runnable whenChanged) {
        changed = whenChanged;
        return () -> isWatchClosed = true;
    }

    @Override
    public boolean isShared() {
        return true;
    }

    private <T> T around(String name, java.util.function.Supplier<T> asked) {
        step.accept(name);
        if (isAway) {
            throw new StoreException("the database does not answer");
        }
        T answer = asked.get();
        step.accept(name + "!");
        return answer;
    }
}
