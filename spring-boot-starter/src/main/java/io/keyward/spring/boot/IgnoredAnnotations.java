package io.keyward.spring.boot;

import jakarta.servlet.Servlet;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** Finds annotations that do nothing if the servlet filter guards the application. */
final class IgnoredAnnotations {
    private static final Logger LOG = LoggerFactory.getLogger(KeywardAutoConfiguration.class);
    private static final int SHOWN = 5;

    /** Names, because the jars of these classes may be missing. */
    static final List<String> OF_METHOD_SECURITY = List.of(
            "org.springframework.security.access.prepost.PreAuthorize",
            "org.springframework.security.access.prepost.PostAuthorize",
            "org.springframework.security.access.annotation.Secured",
            "jakarta.annotation.security.RolesAllowed",
            "jakarta.annotation.security.DenyAll");

    private IgnoredAnnotations() {}

    /** Logs one warning that names the annotations. */
    static void warn(ConfigurableListableBeanFactory beans) {
        Set<String> found = in(beans, OF_METHOD_SECURITY);
        if (!found.isEmpty()) {
            LOG.warn(
                    "without Spring Security, {} annotations of method security are not checked: {}; add"
                            + " spring-boot-starter-security, or write rules in keyward.rules",
                    found.size(),
                    Shortened.list(found, SHOWN));
        }
    }

    /**
     * Returns each class or method of a bean that has such an annotation. The filter reads those of servlets itself.
     */
    static Set<String> in(ConfigurableListableBeanFactory beans, List<String> annotations) {
        Set<String> found = new TreeSet<>();
        for (String name : beans.getBeanDefinitionNames()) {
            try {
                addOfBean(name, beans, annotations, found);
            } catch (LinkageError | IllegalStateException | TypeNotPresentException missing) {
                // The class needs a type whose jar is missing. Spring may never load that type, so the start goes on.
                LOG.debug("cannot look for annotations in bean {}: {}", name, missing.toString());
            }
        }
        return found;
    }

    private static void addOfBean(
            String name, ConfigurableListableBeanFactory beans, List<String> annotations, Set<String> found) {
        Class<?> type = beans.getType(name, false);
        if (type != null && !isOfFramework(type) && !Servlet.class.isAssignableFrom(type)) {
            collect(ClassUtils.getUserClass(type), annotations, found);
        }
    }

    private static boolean isOfFramework(Class<?> type) {
        return type.getName().startsWith("org.springframework.")
                || type.getName().startsWith("java.");
    }

    private static void collect(Class<?> type, List<String> annotations, Set<String> found) {
        addIfAnnotated(type, type.getName(), annotations, found);
        for (Method method :
                ReflectionUtils.getUniqueDeclaredMethods(type, each -> each.getDeclaringClass() != Object.class)) {
            addIfAnnotated(method, type.getName() + "." + method.getName(), annotations, found);
        }
    }

    private static void addIfAnnotated(
            AnnotatedElement element, String name, List<String> annotations, Set<String> found) {
        MergedAnnotations present = MergedAnnotations.from(element, SearchStrategy.TYPE_HIERARCHY);
        for (String annotation : annotations) {
            if (present.isPresent(annotation)) {
                found.add("@" + ClassUtils.getShortName(annotation) + " on " + name);
            }
        }
    }
}
