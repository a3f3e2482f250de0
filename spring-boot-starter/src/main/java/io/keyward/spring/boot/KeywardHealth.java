package io.keyward.spring.boot;

import io.keyward.ApiKeyVerifier;
import io.keyward.config.KeywardConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says whether keys can be verified at this moment, and how they are. */
final class KeywardHealth {
    private final ApiKeyVerifier verifier;
    private final @Nullable KeywardConfig config;

    KeywardHealth(ApiKeyVerifier verifier, @Nullable KeywardConfig config) {
        this.verifier = verifier;
        this.config = config;
    }

    /** Returns whether a verification is answered; a key that is rejected is an answer. */
    boolean isUp() {
        try {
            verifier.verify(null);
            return true;
        } catch (RuntimeException unavailable) {
            return false;
        }
    }

    /** Returns numbers and states; no key and no hash. */
    Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        if (config != null) {
            details.put("keys", config.ring().current().size());
            details.put("problems", config.report().problems().size());
        }
        return details;
    }
}
