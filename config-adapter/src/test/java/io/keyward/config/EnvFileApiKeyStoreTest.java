package io.keyward.config;

import io.keyward.store.ApiKeyStore;
import io.keyward.testing.ApiKeyStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Runs the contract of stores over a real file; what only a file can get wrong is in {@link EnvFileEditTest}. */
class EnvFileApiKeyStoreTest extends ApiKeyStoreContract {
    @TempDir
    private Path directory;

    @Override
    protected ApiKeyStore newStore() {
        return EnvFileApiKeyStore.of(directory.resolve(".env"));
    }

    @Override
    protected ApiKeyStore reopen(ApiKeyStore opened) {
        return EnvFileApiKeyStore.of(((EnvFileApiKeyStore) opened).file());
    }

    @Override
    protected boolean tellsChanges() {
        return false;
    }
}
