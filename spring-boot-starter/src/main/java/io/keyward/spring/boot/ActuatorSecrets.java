package io.keyward.spring.boot;

import java.util.regex.Pattern;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Hides keys, hashes and peppers in the endpoints {@code env} and {@code configprops}, also where
 * {@code management.endpoint.env.show-values} shows other values.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(name = "org.springframework.boot.actuate.endpoint.SanitizingFunction")
class ActuatorSecrets {
    private static final Pattern NAME = Pattern.compile("(?i)keyward[._]keys[._\\[].*(hash|key)"
            + "|keyward[._]peppers[._\\[].*"
            + "|.*[._-]api[._-](keys|key[._-]hashes)(\\[\\d+]|_\\d+_?)?");

    /** A hash in another variable, to which {@code keyward.keys.<id>.hash} refers. */
    private static final Pattern HASH = Pattern.compile("sha(256|512):([a-z0-9_]+:)?[0-9a-fA-F]{64}");

    @Bean
    SanitizingFunction keywardSecrets() {
        return data -> NAME.matcher(data.getKey()).matches()
                        || (data.getValue() != null
                                && HASH.matcher(data.getValue().toString()).find())
                ? data.withSanitizedValue()
                : data;
    }
}
