package io.keyward.servlet.on;

import io.keyward.servlet.suite.Container;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.server.handlers.PathHandler;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ErrorPage;
import io.undertow.servlet.api.ServletContainerInitializerInfo;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import io.undertow.websockets.jsr.WebSocketDeploymentInfo;
import jakarta.servlet.ServletContainerInitializer;
import java.net.InetSocketAddress;
import java.util.Set;

/** Undertow 2.3 as it comes. */
public final class Undertow23 implements Container {
    @Override
    public String name() {
        return "Undertow 2.3";
    }

    @Override
    public Container lettingEncodedPathsIn() {
        return this;
    }

    @Override
    public Running start(String contextPath, Application application) throws Exception {
        ServletContainerInitializer initializer = (classes, context) -> {
            try {
                application.onStartup(context);
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        };
        DeploymentInfo deployment = Servlets.deployment()
                .setClassLoader(Undertow23.class.getClassLoader())
                .setContextPath(contextPath.isEmpty() ? "/" : contextPath)
                .setDeploymentName("suite")
                .addErrorPages(new ErrorPage(application.errorPage(), 401), new ErrorPage(application.errorPage(), 500))
                .addServletContextAttribute(
                        WebSocketDeploymentInfo.ATTRIBUTE_NAME,
                        new WebSocketDeploymentInfo().addEndpoint(application.endpoint()))
                .addServletContainerInitializer(new ServletContainerInitializerInfo(
                        initializer.getClass().asSubclass(ServletContainerInitializer.class),
                        new ImmediateInstanceFactory<>(initializer),
                        Set.of()));
        DeploymentManager manager = Servlets.newContainer().addDeployment(deployment);
        manager.deploy();
        PathHandler paths = Handlers.path();
        paths.addPrefixPath(deployment.getContextPath(), manager.start());
        Undertow server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setHandler(paths)
                .build();
        server.start();
        return new Running() {
            @Override
            public int port() {
                return ((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort();
            }

            @Override
            public void close() {
                server.stop();
                manager.undeploy();
            }
        };
    }
}
