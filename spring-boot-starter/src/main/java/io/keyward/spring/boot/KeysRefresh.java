package io.keyward.spring.boot;

import io.keyward.config.ConfigException;
import io.keyward.config.KeywardConfig;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;

/**
 * Loads the keys of the Environment again after Spring Cloud has changed it, as by {@code /actuator/refresh}. The new ring
 * takes the place of the old one, so keys that were taken out are rejected; with any problem the last good one stays.
 */
final class KeysRefresh implements SmartApplicationListener {
    /** By name, because Spring Cloud need not be there. */
    private static final String CHANGED = "org.springframework.cloud.context.environment.EnvironmentChangeEvent";

    private final ObjectProvider<KeywardConfig> keys;

    KeysRefresh(ObjectProvider<KeywardConfig> keys) {
        this.keys = keys;
    }

    @Override
    public boolean supportsEventType(Class<? extends ApplicationEvent> type) {
        return type.getName().equals(CHANGED);
    }

    @Override
    public void onApplicationEvent(ApplicationEvent event) {
        try {
            keys.getObject().reloadNow();
        } catch (ConfigException refused) {
            // The reload has logged each problem, and health shows that it was refused. The refresh of all else goes
            // on.
        }
    }
}
