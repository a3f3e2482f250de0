package io.keyward.spring.boot;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.core.env.Environment;
import org.springframework.core.io.Resource;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.function.support.RouterFunctionMapping;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;
import org.springframework.web.servlet.resource.CachingResourceResolver;
import org.springframework.web.servlet.resource.EncodedResourceResolver;
import org.springframework.web.servlet.resource.PathResourceResolver;
import org.springframework.web.servlet.resource.ResourceHttpRequestHandler;

/**
 * Finds rules that no request to a handler, a servlet or a static file can meet. The usual cause is a path that is
 * misspelt or lacks {@code spring.mvc.servlet.path}. Then another rule decides about the path that the author meant.
 *
 * <p>A rule is unmet only if that is certain. A router function may answer any path, so no rule below it is unmet.
 */
final class UnmetRules {
    private static final Logger LOG = LoggerFactory.getLogger(KeywardAutoConfiguration.class);
    private static final String DISPATCHER = "dispatcherServlet";
    private static final Pattern WHOLE_FOLDER = Pattern.compile("[^*?{]*/\\*\\*");

    /**
     * Resolvers that find a file by its own path. If the jar of webjars is there, its resolvers are in each chain, but
     * they map other paths to files only below {@code /webjars}.
     */
    private static final Set<String> PLAIN_RESOLVERS = Set.of(
            PathResourceResolver.class.getName(),
            CachingResourceResolver.class.getName(),
            EncodedResourceResolver.class.getName(),
            "org.springframework.web.servlet.resource.LiteWebJarsResourceResolver",
            "org.springframework.web.servlet.resource.WebJarsResourceResolver");

    private final List<PathShape> met = new ArrayList<>();
    private final List<StaticFiles> files = new ArrayList<>();

    /** Files that Spring MVC sends from folders, below a path. */
    private record StaticFiles(String below, ResourceHttpRequestHandler handler) {}

    private UnmetRules() {}

    /** Logs one warning that names the rules. */
    static void warn(List<String> rules, WebApplicationContext application) {
        List<String> unmet = in(rules, application);
        if (!unmet.isEmpty()) {
            LOG.warn(
                    "no handler of Spring MVC and no servlet answers where these rules of keyward.rules apply: {}; a rule's"
                            + " path begins below the context path and includes spring.mvc.servlet.path; ignore this for an"
                            + " endpoint of WebSockets",
                    String.join(", ", unmet));
        }
    }

    /** Returns the text of each unmet rule. */
    static List<String> in(List<String> rules, WebApplicationContext application) {
        ServletContext servlets = application.getServletContext();
        ServletRegistration dispatcher = servlets == null ? null : servlets.getServletRegistration(DISPATCHER);
        if (rules.isEmpty() || dispatcher == null) {
            return List.of();
        }
        UnmetRules known = new UnmetRules();
        boolean isDefault = dispatcher.getMappings().contains("/");
        servlets.getServletRegistrations().values().stream()
                .filter(servlet -> !servlet.getName().equals(DISPATCHER))
                .flatMap(servlet -> servlet.getMappings().stream())
                .filter(mapping -> !(isDefault && mapping.equals("/")))
                .forEach(known::addServlet);
        // A filter for some paths may answer them. A filter for all paths, like most filters, only adds to answers.
        servlets.getFilterRegistrations().values().stream()
                .flatMap(filter -> filter.getUrlPatternMappings().stream())
                .filter(mapping -> !mapping.equals("/*"))
                .forEach(known::addServlet);
        known.addManagementServer(application.getEnvironment());
        Collection<HandlerMapping> mappings = BeanFactoryUtils.beansOfTypeIncludingAncestors(
                        application, HandlerMapping.class, true, false)
                .values();
        for (String mapping : dispatcher.getMappings()) {
            known.addDispatcher(mapping, mappings);
        }
        return rules.stream().filter(known::isUnmet).toList();
    }

    private void addServlet(String mapping) {
        met.add(PathShape.ofServletMapping(mapping));
    }

    /** A management server with its own port checks the same rules, and its mappings do not exist yet. */
    private void addManagementServer(Environment environment) {
        String port = environment.getProperty("management.server.port");
        if (port != null && (port.equals("0") || !port.equals(environment.getProperty("server.port", "8080")))) {
            String endpoints = environment.getProperty("management.endpoints.web.base-path", "/actuator");
            met.add(PathShape.ofPattern(endpoints + "/**"));
            met.add(PathShape.ofPattern("/error"));
        }
    }

    private void addDispatcher(String servletMapping, Collection<HandlerMapping> mappings) {
        if (!servletMapping.equals("/") && !servletMapping.endsWith("/*")) {
            addServlet(servletMapping);
            return;
        }
        String below = servletMapping.substring(0, servletMapping.lastIndexOf('/'));
        for (HandlerMapping mapping : mappings) {
            if (mapping instanceof RequestMappingInfoHandlerMapping handlers) {
                handlers.getHandlerMethods()
                        .keySet()
                        .forEach(info -> info.getPatternValues()
                                .forEach(pattern -> met.add(PathShape.ofPattern(below + pattern))));
            } else if (mapping instanceof AbstractUrlHandlerMapping urls) {
                addUrls(below, urls);
            } else if (!(mapping instanceof RouterFunctionMapping routes) || routes.getRouterFunction() != null) {
                met.add(PathShape.ofPattern(below + "/**"));
            }
        }
    }

    private void addUrls(String below, AbstractUrlHandlerMapping urls) {
        if (urls.getDefaultHandler() != null) {
            met.add(PathShape.ofPattern(below + "/**"));
        }
        if (urls.getRootHandler() != null) {
            met.add(PathShape.ofPattern(below + "/"));
        }
        urls.getHandlerMap().forEach((pattern, handler) -> {
            if (handler instanceof ResourceHttpRequestHandler resources
                    && WHOLE_FOLDER.matcher(pattern).matches()
                    && !pattern.startsWith("/webjars/")
                    && readsFilesAsTheyAre(resources)) {
                files.add(new StaticFiles(below + pattern.substring(0, pattern.length() - 3), resources));
            } else {
                met.add(PathShape.ofPattern(below + pattern));
            }
        });
    }

    private static boolean readsFilesAsTheyAre(ResourceHttpRequestHandler resources) {
        return resources.getResourceResolvers().stream()
                .map(resolver -> resolver.getClass().getName())
                .allMatch(PLAIN_RESOLVERS::contains);
    }

    private boolean isUnmet(String text) {
        String path = RuleText.pathOf(text);
        if (path == null) {
            return false;
        }
        PathShape rule = PathShape.ofRule(path);
        return met.stream().noneMatch(rule::meets) && files.stream().noneMatch(each -> isFile(rule, each));
    }

    private static boolean isFile(PathShape rule, StaticFiles files) {
        if (!rule.meets(PathShape.ofPattern(files.below + "/**"))) {
            return false;
        }
        String path = rule.text();
        if (path.length() <= files.below.length()) {
            return true;
        }
        String inside = path.substring(files.below.length() + 1);
        return files.handler.getLocations().stream().anyMatch(location -> isThere(location, inside));
    }

    private static boolean isThere(Resource location, String path) {
        try {
            return location.createRelative(path).exists()
                    || location.createRelative(path + "/").exists();
        } catch (IOException unreadable) {
            // The file may exist, so the rule is not named.
            return true;
        }
    }
}
