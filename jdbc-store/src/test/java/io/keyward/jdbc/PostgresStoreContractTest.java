package io.keyward.jdbc;

import io.keyward.store.ApiKeyStore;
import io.keyward.testing.ApiKeyStoreContract;

class PostgresStoreContractTest extends ApiKeyStoreContract {
    private String schema;

    @Override
    protected ApiKeyStore newStore() {
        schema = TestDatabases.newName("contract");
        JdbcApiKeyStore store = open();
        store.createSchema();
        return store;
    }

    @Override
    protected ApiKeyStore reopen(ApiKeyStore opened) {
        return open();
    }

    private JdbcApiKeyStore open() {
        return JdbcApiKeyStore.builder(TestDatabases.postgres()).schema(schema).build();
    }
}
