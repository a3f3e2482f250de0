package io.keyward.servlet.frameworks;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.RuntimeDelegate;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.glassfish.jersey.server.ResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.glassfish.jersey.server.filter.HttpMethodOverrideFilter;
import org.glassfish.jersey.servlet.ServletContainer;
import org.jboss.resteasy.core.providerfactory.ResteasyProviderFactoryImpl;
import org.jboss.resteasy.plugins.server.servlet.HttpServletDispatcher;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.filter.HiddenHttpMethodFilter;
import org.springframework.web.filter.UrlHandlerFilter;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;
import org.springframework.web.servlet.config.annotation.PathMatchConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.util.pattern.PathPatternParser;

/** A real framework with a handler each for {@code GET}, {@code POST} and {@code DELETE} of {@code /v1/reports}. */
enum Framework {
    JERSEY("Jersey") {
        @Override
        Servlet servlet(boolean lenient) {
            RuntimeDelegate.setInstance(new org.glassfish.jersey.server.internal.RuntimeDelegateImpl());
            ResourceConfig config = new ResourceConfig(Reports.class);
            if (lenient) {
                config.property(ServerProperties.MEDIA_TYPE_MAPPINGS, Map.of("json", MediaType.APPLICATION_JSON_TYPE));
                config.property(ServerProperties.LANGUAGE_MAPPINGS, Map.of("en", "en"));
                config.register(HttpMethodOverrideFilter.class);
            }
            return new ServletContainer(config);
        }
    },
    RESTEASY("RESTEasy") {
        @Override
        Servlet servlet(boolean lenient) {
            RuntimeDelegate.setInstance(new ResteasyProviderFactoryImpl());
            return new HttpServletDispatcher();
        }

        @Override
        void configure(ServletRegistration.Dynamic registration, boolean lenient) {
            registration.setInitParameter("jakarta.ws.rs.Application", ReportsApplication.class.getName());
            if (lenient) {
                registration.setInitParameter("resteasy.media.type.mappings", "json : application/json");
                registration.setInitParameter("resteasy.language.mappings", "en : en");
            }
        }
    },
    SPRING_MVC("Spring MVC") {
        @Override
        Servlet servlet(boolean lenient) {
            AnnotationConfigWebApplicationContext context = new AnnotationConfigWebApplicationContext();
            context.register(lenient ? Lenient.class : AsItComes.class, ReportsController.class);
            return new DispatcherServlet(context);
        }

        @Override
        String mapping() {
            return "/";
        }

        @Override
        void addFilters(ServletContext context) {
            EnumSet<DispatcherType> requests = EnumSet.of(DispatcherType.REQUEST);
            UrlHandlerFilter slash = UrlHandlerFilter.trailingSlashHandler("/v1/**")
                    .wrapRequest()
                    .build();
            context.addFilter("slash", slash).addMappingForUrlPatterns(requests, true, "/*");
            context.addFilter("hiddenMethod", new HiddenHttpMethodFilter())
                    .addMappingForUrlPatterns(requests, true, "/*");
        }
    };

    /** The methods whose handlers ran. */
    static final List<String> RAN = new CopyOnWriteArrayList<>();

    final String title;

    Framework(String title) {
        this.title = title;
    }

    /** Returns the framework's servlet, as it comes or with every setting that finds a handler under more paths. */
    abstract Servlet servlet(boolean lenient);

    String mapping() {
        return "/*";
    }

    void configure(ServletRegistration.Dynamic registration, boolean lenient) {}

    /** Adds the filters of the framework that make it find handlers under more paths and methods. */
    void addFilters(ServletContext context) {}

    void addTo(ServletContext context, boolean lenient) {
        if (lenient) {
            addFilters(context);
        }
        ServletRegistration.Dynamic registration = context.addServlet("framework", servlet(lenient));
        configure(registration, lenient);
        registration.addMapping(mapping());
    }

    private static String ran(String method) {
        RAN.add(method);
        return "ran";
    }

    /** The application that RESTEasy loads by its name. */
    public static final class ReportsApplication extends Application {
        @Override
        public Set<Class<?>> getClasses() {
            return Set.of(Reports.class);
        }
    }

    /** For Jersey and RESTEasy. */
    @Path("/v1/reports")
    public static final class Reports {
        @GET
        public String get() {
            return ran("GET");
        }

        @POST
        public String post() {
            return ran("POST");
        }

        @DELETE
        public String delete() {
            return ran("DELETE");
        }
    }

    /** For Spring MVC. */
    @RestController
    static class ReportsController {
        @GetMapping("/v1/reports")
        String get() {
            return ran("GET");
        }

        @PostMapping("/v1/reports")
        String post() {
            return ran("POST");
        }

        @DeleteMapping("/v1/reports")
        String delete() {
            return ran("DELETE");
        }
    }

    @Configuration
    @EnableWebMvc
    static class AsItComes {}

    @Configuration
    @EnableWebMvc
    static class Lenient implements WebMvcConfigurer {
        @Override
        public void configurePathMatch(PathMatchConfigurer configurer) {
            PathPatternParser parser = new PathPatternParser();
            parser.setCaseSensitive(false);
            configurer.setPatternParser(parser);
        }
    }
}
