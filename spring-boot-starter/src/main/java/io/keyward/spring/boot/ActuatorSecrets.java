package io.keyward.spring.boot;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;

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

    /** What may be an issued key, wherever it is. */
    private static final Pattern ISSUED = Pattern.compile("[a-z][a-z0-9_]+_[0-9A-Za-z]{44}");

    private static final Pattern BETWEEN_ITEMS = Pattern.compile("[\\[\\]\"',\\s]+");

    @Bean
    SanitizingFunction keywardSecrets(ConfigurableEnvironment environment) {
        return data -> NAME.matcher(data.getKey()).matches()
                        || (data.getValue() != null
                                && holdsSecret(data.getValue().toString(), environment))
                ? data.withSanitizedValue()
                : data;
    }

    private static boolean holdsSecret(String text, ConfigurableEnvironment environment) {
        return text.length() >= ApiKey.MIN_LENGTH
                && (HASH.matcher(text).find()
                        || ISSUED.matcher(text).results().anyMatch(found -> isIssuedKey(found.group()))
                        || secrets(environment).anyMatch(text::contains));
    }

    private static boolean isIssuedKey(String text) {
        return KeyFormat.recognise(text)
                .filter(format -> format.flawOf(text).isEmpty())
                .isPresent();
    }

    /**
     * Returns the secrets that the properties of keys and peppers have now. The same text may also be in a variable to
     * which such a property refers, in {@code SPRING_APPLICATION_JSON} or on a command line.
     */
    private static Stream<String> secrets(ConfigurableEnvironment environment) {
        return environment.getPropertySources().stream()
                .filter(EnumerablePropertySource.class::isInstance)
                .map(source -> (EnumerablePropertySource<?>) source)
                .flatMap(source -> Stream.of(source.getPropertyNames())
                        .filter(name -> NAME.matcher(name).matches())
                        .map(source::getProperty))
                .filter(Objects::nonNull)
                .flatMap(value ->
                        BETWEEN_ITEMS.splitAsStream(EnvironmentSources.resolved(value.toString(), environment)))
                .filter(item -> item.length() >= ApiKey.MIN_LENGTH);
    }
}
