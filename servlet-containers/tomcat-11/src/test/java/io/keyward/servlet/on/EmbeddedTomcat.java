package io.keyward.servlet.on;

import io.keyward.servlet.suite.Container;
import jakarta.servlet.ServletContext;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.util.ServerInfo;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.apache.tomcat.websocket.server.WsSci;

/** Tomcat as it comes, in the version on the class path. */
public final class EmbeddedTomcat implements Container {
    private final boolean encodedPaths;

    /** Creates it as it comes. */
    public EmbeddedTomcat() {
        this(false);
    }

    private EmbeddedTomcat(boolean encodedPaths) {
        this.encodedPaths = encodedPaths;
    }

    @Override
    public Container lettingEncodedPathsIn() {
        return new EmbeddedTomcat(true);
    }

    @Override
    public String name() {
        return ServerInfo.getServerNumber().startsWith("10.") ? "Tomcat 10.1" : "Tomcat 11";
    }

    @Override
    public Running start(String contextPath, Application application) throws Exception {
        Path base = Files.createTempDirectory("keyward-tomcat");
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        if (encodedPaths) {
            tomcat.getConnector().setEncodedSolidusHandling("passthrough");
        }
        Context context = tomcat.addContext(contextPath, base.toString());
        for (int code : new int[] {401, 500}) {
            ErrorPage page = new ErrorPage();
            page.setErrorCode(code);
            page.setLocation(application.errorPage());
            context.addErrorPage(page);
        }
        context.addServletContainerInitializer(new WsSci(), Set.of());
        context.addServletContainerInitializer(
                (classes, servletContext) -> {
                    try {
                        addEndpoint(servletContext, application.endpoint());
                        application.onStartup(servletContext);
                    } catch (Exception failure) {
                        throw new IllegalStateException(failure);
                    }
                },
                Set.of());
        tomcat.start();
        if (context.getState() != LifecycleState.STARTED) {
            stop(tomcat, base);
            throw new IllegalStateException("the context did not start");
        }
        return new Running() {
            @Override
            public int port() {
                return tomcat.getConnector().getLocalPort();
            }

            @Override
            public void close() throws IOException {
                try {
                    stop(tomcat, base);
                } catch (Exception e) {
                    throw new IOException("Tomcat did not stop", e);
                }
            }
        };
    }

    private static void addEndpoint(ServletContext context, Class<?> endpoint) throws Exception {
        ((ServerContainer) context.getAttribute(ServerContainer.class.getName())).addEndpoint(endpoint);
    }

    private static void stop(Tomcat tomcat, Path base) throws Exception {
        tomcat.stop();
        tomcat.destroy();
        try (var files = Files.walk(base)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
