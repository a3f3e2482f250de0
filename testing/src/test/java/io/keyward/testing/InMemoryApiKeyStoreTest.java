package io.keyward.testing;

import io.keyward.store.ApiKeyStore;
import io.keyward.store.InMemoryApiKeyStore;

class InMemoryApiKeyStoreTest extends ApiKeyStoreContract {
    @Override
    protected ApiKeyStore newStore() {
        return InMemoryApiKeyStore.create();
    }
}
