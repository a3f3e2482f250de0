package io.keyward.spring.boot;

import io.keyward.LiveKeyRing;
import io.keyward.config.KeywardConfig;
import io.keyward.store.ApiKeys;
import io.keyward.store.KeysState;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/**
 * The keys that requests are verified against, and how they are.
 *
 * @param config where they are written; null if a store has them
 */
record KeysInForce(
        LiveKeyRing ring,
        Supplier<KeysState> state,
        @Nullable KeywardConfig config) {
    /** Returns those of a store, else those of the configuration; null where the application has a verifier of its own. */
    static @Nullable KeysInForce of(ObjectProvider<KeywardConfig> config, ObjectProvider<ApiKeys> keys) {
        ApiKeys ofStore = keys.getIfUnique();
        if (ofStore != null) {
            return new KeysInForce(ofStore.ring(), ofStore::state, null);
        }
        KeywardConfig ofConfig = config.getIfUnique();
        return ofConfig == null ? null : new KeysInForce(ofConfig.ring(), ofConfig::state, ofConfig);
    }

    /** Returns property source and line of each key that is written in the configuration, by its id. */
    Map<String, String> origins() {
        Map<String, String> origins = new HashMap<>();
        if (config != null) {
            config.report()
                    .keys()
                    .forEach(key -> origins.put(key.id(), key.place().toString()));
        }
        return origins;
    }
}
