package io.keyward.servlet.suite;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.util.ServiceLoader;

/** Starts an embedded servlet container; found by the service loader, one on each class path. */
public interface Container {
    /** Returns the name that heads its column in the table of answers. */
    String name();

    /** Starts an application on a free port. */
    Running start(String contextPath, Application application) throws Exception;

    /** Returns whether WebSocket endpoints can be tried. */
    default boolean hasWebSocket() {
        return true;
    }

    /** Returns this container, set up to let encoded slashes and percent signs in, as docs/servlet.md says. */
    Container lettingEncodedPathsIn();

    /** What to run. */
    @FunctionalInterface
    interface Application {
        /** Adds servlets and filters. */
        void onStartup(ServletContext context) throws Exception;

        /** Returns the page for errors 401 and 500. */
        default String errorPage() {
            return "/err";
        }

        /** Returns an annotated WebSocket endpoint. */
        default Class<?> endpoint() {
            return EchoEndpoint.class;
        }
    }

    /** A started container. */
    interface Running extends AutoCloseable {
        int port();

        @Override
        void close() throws IOException;
    }

    static Container onClassPath() {
        return ServiceLoader.load(Container.class).findFirst().orElseThrow();
    }
}
