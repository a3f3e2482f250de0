package io.keyward.spring.boot;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;

/** Says that nothing guards a WebFlux application, because the servlet filter and the chain need servlets. */
@Configuration(proxyBeanMethods = false)
class WebFluxConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(KeywardAutoConfiguration.class);

    /** The end of a name, because the package has changed with Boot 4. */
    private static final String REACTIVE = "ReactiveWebApplicationContext";

    /** Refuses settings of the filter: a path that their author thinks is closed would be open. */
    @Bean
    SmartInitializingSingleton keywardNeedsServlets(KeywardProperties settings, ApplicationContext application) {
        return () -> {
            if (!isReactive(application)) {
                return;
            }
            if (!settings.rulesOrNone().isEmpty() || settings.otherwise() != null || settings.tlsOnly()) {
                throw new InvalidSettingException(
                        "keyward.rules, keyward.otherwise and keyward.tls-only have no effect in a WebFlux application,"
                                + " because the filter needs servlets",
                        "use Spring MVC, or remove them and check keys in a WebFilter with the bean of ApiKeyVerifier");
            }
            LOG.warn("Keyward guards no path of this WebFlux application, because its filter needs servlets; check keys"
                    + " in a WebFilter with the bean of ApiKeyVerifier, or use Spring MVC");
        };
    }

    private static boolean isReactive(ApplicationContext application) {
        return ClassUtils.getAllInterfacesForClassAsSet(application.getClass()).stream()
                .anyMatch(type -> type.getSimpleName().endsWith(REACTIVE));
    }
}
