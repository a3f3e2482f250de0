package io.keyward.spring.boot;

import io.keyward.ApiKeyVerifier;
import io.keyward.servlet.AccessListener;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.servlet.CorsPolicy;
import io.keyward.servlet.RequestGate;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import java.util.regex.Pattern;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.context.WebApplicationContext;

/** Guards the application with the servlet filter if Spring Security is not on the class path. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass(name = "jakarta.servlet.Filter")
@ConditionalOnMissingClass("org.springframework.security.config.annotation.web.builders.HttpSecurity")
class FilterConfiguration {
    static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 2;

    /** The method of the filter's builder that its messages name; users of the starter have a property for it. */
    private static final Pattern CONFIRMATION = Pattern.compile("confirmOpen\\(\"([^\"]*)\"\\)");

    /**
     * The bean of Boot that adds Jetty's filter for WebSocket upgrades to an embedded server, behind all other filters.
     * Without it, as in a WAR, the filter of Jetty may come first, and our filter refuses to start.
     */
    static final String JETTY_WEB_SOCKETS = "websocketUpgradeFilterWebServerCustomizer";

    @Bean
    @ConditionalOnMissingBean
    ApiKeyFilter apiKeyFilter(
            ApiKeyVerifier verifier,
            KeywardProperties settings,
            ObjectProvider<AccessListener> listener,
            ObjectProvider<RequestGate> gate,
            ObjectProvider<CorsPolicy> cors) {
        String otherwise = settings.otherwise();
        if (otherwise == null || otherwise.isBlank()) {
            throw new InvalidSettingException(
                    "keyward.otherwise is not set: it says who may use the paths that no rule of keyward.rules names",
                    "set it to denyAll or authenticated, or create a bean of ApiKeyFilter");
        }
        ApiKeyFilter.Builder filter = ApiKeyFilter.builder().verifier(verifier);
        RuleText.addTo(filter, settings.rulesOrNone());
        settings.confirmOpenOrNone().forEach(filter::confirmOpen);
        filter.otherwise(RuleText.access("keyward.otherwise", otherwise));
        listener.ifUnique(filter::listener);
        gate.ifUnique(filter::gate);
        cors.ifUnique(filter::cors);
        filter.tlsOnly(settings.tlsOnly());
        try {
            return filter.build();
        } catch (IllegalArgumentException e) {
            throw new InvalidSettingException(
                    CONFIRMATION.matcher(String.valueOf(e.getMessage())).replaceAll("keyward.confirm-open=$1"),
                    "correct keyward.rules and keyward.otherwise");
        }
    }

    /**
     * Registers the filter for all dispatches. Only Spring's filters for forwarded headers, for the encoding and for
     * metrics run before it, see docs/servlet.md.
     */
    @Bean
    FilterRegistrationBean<ApiKeyFilter> apiKeyFilterRegistration(ApiKeyFilter filter, BeanFactory beans) {
        FilterRegistrationBean<ApiKeyFilter> registration = new FilterRegistrationBean<>(filter);
        registration.setDispatcherTypes(EnumSet.allOf(DispatcherType.class));
        registration.setOrder(ORDER);
        if (beans.containsBean(JETTY_WEB_SOCKETS)) {
            registration.addInitParameter(ApiKeyFilter.WEB_SOCKETS_COME_AFTER, "true");
        }
        return registration;
    }

    /** Logs a warning for rules that no request can meet. Needs Spring MVC, which knows the paths of its handlers. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.web.servlet.HandlerMapping")
    static class OfSpringMvc {
        @Bean
        static SmartInitializingSingleton keywardUnmetRules(
                KeywardProperties settings, WebApplicationContext application) {
            return () -> UnmetRules.warn(settings.rulesOrNone(), application);
        }
    }

    /** Refuses rules that name a method, if another filter changes the method after the rules were checked. */
    @Bean
    static SmartInitializingSingleton keywardMethodsAreSent(
            KeywardProperties settings, ConfigurableListableBeanFactory beans) {
        return () -> LateMethods.refuse(settings.rulesOrNone(), beans);
    }

    /** Logs a warning for annotations and CORS settings that have no effect together with this filter. */
    @Bean
    static SmartInitializingSingleton keywardIgnoredAnnotations(ConfigurableListableBeanFactory beans) {
        return () -> {
            LateCors.warn(beans);
            IgnoredAnnotations.warn(beans);
        };
    }
}
