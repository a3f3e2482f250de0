package io.keyward.store;

import io.keyward.ApiKeyRecord;
import java.util.Optional;

/** Passes everything on; tests override what is to go wrong. */
class DelegatingStore implements ApiKeyStore {
    private final ApiKeyStore store;

    DelegatingStore(ApiKeyStore store) {
        this.store = store;
    }

    @Override
    public ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
        return store.insert(record, cause);
    }

    @Override
    public ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
        return store.update(record, cause);
    }

    @Override
    public void remove(ApiKeyRecord record, ChangeCause cause) {
        store.remove(record, cause);
    }

    @Override
    public Optional<ApiKeyRecord> find(String id) {
        return store.find(id);
    }

    @Override
    public Snapshot load() {
        return store.load();
    }

    @Override
    public Optional<Changes> changesSince(Stamp stamp) {
        return store.changesSince(stamp);
    }

    @Override
    public boolean hasOrderedVersions() {
        return store.hasOrderedVersions();
    }

    @Override
    public boolean isShared() {
        return store.isShared();
    }

    @Override
    public String toString() {
        return store.toString();
    }
}
