package io.keyward.spring.boot;

import io.keyward.LiveKeyRing;
import io.keyward.config.KeywardConfig;
import io.keyward.store.ApiKeys;
import io.keyward.store.KeysState;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/** The keys that requests are verified against, and how they are. */
record KeysInForce(LiveKeyRing ring, Supplier<KeysState> state) {
    /** Returns those of a store, else those of the configuration; null where the application has a verifier of its own. */
    static @Nullable KeysInForce of(ObjectProvider<KeywardConfig> config, ObjectProvider<ApiKeys> keys) {
        ApiKeys ofStore = keys.getIfUnique();
        if (ofStore != null) {
            return new KeysInForce(ofStore.ring(), ofStore::state);
        }
        KeywardConfig ofConfig = config.getIfUnique();
        return ofConfig == null ? null : new KeysInForce(ofConfig.ring(), ofConfig::state);
    }
}
