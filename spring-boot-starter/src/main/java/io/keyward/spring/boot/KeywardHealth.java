package io.keyward.spring.boot;

import io.keyward.ApiKeyVerifier;
import io.keyward.config.KeywardConfig;
import io.keyward.store.ApiKeys;
import io.keyward.store.KeysState;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;

/** Returns whether keys can be verified now, and the state of the keys. */
final class KeywardHealth {
    private final ApiKeyVerifier verifier;
    private final @Nullable KeysInForce keys;

    KeywardHealth(ApiKeyVerifier verifier, ObjectProvider<KeywardConfig> config, ObjectProvider<ApiKeys> keys) {
        this.verifier = verifier;
        this.keys = KeysInForce.of(config, keys);
    }

    /** Returns whether a verification gives a verdict; a rejection is a verdict. */
    boolean isUp() {
        try {
            verifier.verify(null);
            return keys == null || keys.state().get().isFresh();
        } catch (RuntimeException unavailable) {
            return false;
        }
    }

    /** Returns numbers and states; no key, no hash and no file name. The log has the problems with their files. */
    Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        if (keys != null) {
            KeysState now = keys.state().get();
            details.put("keys", now.size());
            details.put("fresh", now.isFresh());
            details.put("current", now.isCurrent());
            details.put("lastReloadGood", now.isLastReloadGood());
            if (now.lastGood() != null) {
                details.put("lastGood", now.lastGood().toString());
            }
            details.put("unfit", now.unfit().size());
        }
        return details;
    }
}
