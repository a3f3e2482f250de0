package io.keyward.jdbc;

import io.keyward.store.ApiKeyStore;
import io.keyward.testing.ApiKeyStoreContract;
import javax.sql.DataSource;

class H2StoreContractTest extends ApiKeyStoreContract {
    private DataSource dataSource;

    @Override
    protected ApiKeyStore newStore() {
        dataSource = TestDatabases.h2("");
        JdbcApiKeyStore store = JdbcApiKeyStore.of(dataSource);
        store.createSchema();
        return store;
    }

    @Override
    protected ApiKeyStore reopen(ApiKeyStore opened) {
        return JdbcApiKeyStore.of(dataSource);
    }
}
