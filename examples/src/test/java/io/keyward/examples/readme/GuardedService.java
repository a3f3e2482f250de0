package io.keyward.examples.readme;

import static io.keyward.servlet.Access.anyRole;
import static io.keyward.servlet.Access.authenticated;
import static io.keyward.servlet.Access.permitAll;

import io.keyward.config.KeywardConfig;
import io.keyward.role.Role;
import io.keyward.servlet.ApiKeyFilter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;

public class GuardedService {
    public static void main(String[] args) throws Exception {
        KeywardConfig keys = KeywardConfig.load(
                Path.of(args[0]), Role.of("client"), Role.of("admin").including("client"));
        System.out.println(keys.report().text()); // which files are read, which values are used, what looks wrong

        ApiKeyFilter filter = ApiKeyFilter.builder()
                .verifier(keys.verifier())
                .rule("/health", permitAll())
                .rule("/admin/*", anyRole("admin"))
                .otherwise(authenticated())
                .build();

        Server server = new Server(Integer.parseInt(args[1]));
        ServletContextHandler context = new ServletContextHandler("/");
        context.addServlet(new Hello(), "/");
        context.addServletContainerInitializer(
                (classes, servletContext) -> ApiKeyFilter.register(servletContext, filter));
        server.setHandler(context);
        server.start();
        System.out.println("listening on " + server.getURI());
    }

    static class Hello extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getWriter().println("hello " + request.getRemoteUser());
        }
    }
}
