package io.keyward.servlet.boot;

import io.keyward.ApiKey;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;

/** An application on Tomcat at a free port of the loopback address. */
final class RunningApplication implements AutoCloseable {
    private final ConfigurableApplicationContext context;

    private RunningApplication(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts an application that does not find Spring Security on the class path. */
    static RunningApplication start(Class<?> configuration, String... settings) {
        return start(
                configuration, new FilteredClassLoader("org.springframework.security", "org.eclipse.jetty"), settings);
    }

    static RunningApplication startWithSecurity(Class<?> configuration, String... settings) {
        return start(configuration, new FilteredClassLoader("org.eclipse.jetty"), settings);
    }

    private static RunningApplication start(Class<?> configuration, ClassLoader classes, String... settings) {
        SpringApplication boot = new SpringApplication(new DefaultResourceLoader(classes), configuration);
        boot.setBannerMode(Banner.Mode.OFF);
        boot.setDefaultProperties(Map.of("server.port", "0", "server.address", "127.0.0.1"));
        return new RunningApplication(boot.run(settings));
    }

    HttpResponse<String> get(String path, @Nullable ApiKey key) throws Exception {
        return send("local.server.port", "GET", path, headers(key));
    }

    /** Asks a management server with a port of its own. */
    HttpResponse<String> getFromManagement(String path, @Nullable ApiKey key) throws Exception {
        return send("local.management.port", "GET", path, headers(key));
    }

    private static String[] headers(@Nullable ApiKey key) {
        return key == null ? new String[0] : new String[] {"X-Api-Key", key.reveal()};
    }

    /** Sends a request without a body; names and values of headers take turns. */
    HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        return send("local.server.port", method, path, headers);
    }

    private HttpResponse<String> send(String port, String method, String path, String[] headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty(port) + path))
                .method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    @Override
    public void close() {
        context.close();
    }
}
