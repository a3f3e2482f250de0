package io.keyward.spring.boot;

import io.keyward.config.ConfigException;
import io.keyward.config.KeywardConfig;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.event.SmartApplicationListener;

/**
 * Loads the keys again after Spring Cloud has changed the Environment, for example at {@code /actuator/refresh}. The
 * new ring replaces the old one, so removed keys are rejected. If there is a problem, the last good ring stays.
 */
final class KeysRefresh implements SmartApplicationListener {
    /** A name, because the jar of Spring Cloud may be missing. */
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
            // The reload has logged each problem, and health shows that it was refused. Other beans still refresh.
        }
    }
}
