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
 * The keys that requests are verified against, and their state.
 *
 * @param config the configuration with the keys; null if a store has them
 */
record KeysInForce(
        LiveKeyRing ring,
        Supplier<KeysState> state,
        @Nullable KeywardConfig config) {
    /** Returns the keys of a store or of the configuration; null if the application has its own verifier. */
    static @Nullable KeysInForce of(ObjectProvider<KeywardConfig> config, ObjectProvider<ApiKeys> keys) {
        ApiKeys ofStore = keys.getIfUnique();
        if (ofStore != null) {
            return new KeysInForce(ofStore.ring(), ofStore::state, null);
        }
        KeywardConfig ofConfig = config.getIfUnique();
        return ofConfig == null ? null : new KeysInForce(ofConfig.ring(), ofConfig::state, ofConfig);
    }

    /** Returns the property source and line of each key in the configuration, by key id. */
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
