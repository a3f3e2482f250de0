package io.keyward.spring.boot;

import io.keyward.servlet.CorsPolicy;
import jakarta.servlet.Filter;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;
import org.springframework.util.ClassUtils;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.handler.AbstractHandlerMapping;

/** Finds CORS settings that have no effect, because the key filter runs before them and a preflight has no key. */
final class LateCors {
    private static final Logger LOG = LoggerFactory.getLogger(KeywardAutoConfiguration.class);
    private static final int SHOWN = 5;
    private static final String CROSS_ORIGIN = "org.springframework.web.bind.annotation.CrossOrigin";
    private static final String SPRING_MVC = "org.springframework.web.servlet.handler.AbstractHandlerMapping";
    private static final String MAPPING = "requestMappingHandlerMapping";

    /** Exists in Boot 3.5 and later. The order in this annotation is not read. */
    private static final String REGISTRATION = "org.springframework.boot.web.servlet.FilterRegistration";

    private LateCors() {}

    /** Logs one warning that names the settings, unless a policy answers preflights before the key filter. */
    static void warn(ConfigurableListableBeanFactory beans) {
        Set<String> late = in(beans);
        if (!late.isEmpty()) {
            LOG.warn(
                    "preflights are 401, because the key filter runs before these settings, and a preflight has no key: {};"
                            + " create a bean of CorsPolicy, or register a CorsFilter with Ordered.HIGHEST_PRECEDENCE",
                    Shortened.list(late, SHOWN));
        }
    }

    private static Set<String> in(ConfigurableListableBeanFactory beans) {
        if (beans.getBeanProvider(CorsPolicy.class).getIfUnique() != null || hasEarlyFilter(beans)) {
            return Set.of();
        }
        Set<String> late = new TreeSet<>(IgnoredAnnotations.in(beans, List.of(CROSS_ORIGIN)));
        if (ClassUtils.isPresent(SPRING_MVC, beans.getBeanClassLoader()) && SpringMvc.hasMappings(beans)) {
            late.add("addCorsMappings");
        }
        for (String name : beans.getBeanNamesForType(CorsFilter.class)) {
            late.add("CorsFilter " + name);
        }
        return late;
    }

    private static boolean hasEarlyFilter(ConfigurableListableBeanFactory beans) {
        return beans.getBeansOfType(FilterRegistrationBean.class, true, false).values().stream()
                        .anyMatch(each -> each.getFilter() instanceof CorsFilter && isEarly(each.getOrder()))
                || beans.getBeansOfType(CorsFilter.class, true, false).entrySet().stream()
                        .anyMatch(each ->
                                isRegisteredByAnnotation(beans, each.getKey()) || isEarly(orderOf(each.getValue())));
    }

    /** Returns whether a filter of this order runs before the key filter. */
    static boolean isEarly(int order) {
        return order < FilterConfiguration.ORDER;
    }

    static int orderOf(Filter filter) {
        return new AnnotationAwareOrderComparator() {
            int of(Object bean) {
                return getOrder(bean);
            }
        }.of(filter);
    }

    private static boolean isRegisteredByAnnotation(ConfigurableListableBeanFactory beans, String name) {
        BeanDefinition definition = beans.containsBeanDefinition(name) ? beans.getBeanDefinition(name) : null;
        return definition instanceof AnnotatedBeanDefinition annotated
                && annotated.getFactoryMethodMetadata() != null
                && annotated.getFactoryMethodMetadata().isAnnotated(REGISTRATION);
    }

    /** A class of its own, because Spring MVC may be missing. */
    private static final class SpringMvc {
        static boolean hasMappings(ConfigurableListableBeanFactory beans) {
            return beans.containsBean(MAPPING)
                    && beans.getBean(MAPPING) instanceof AbstractHandlerMapping mapping
                    && mapping.getCorsConfigurationSource() != null;
        }
    }
}
