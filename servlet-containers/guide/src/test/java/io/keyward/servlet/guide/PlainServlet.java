package io.keyward.servlet.guide;

import static io.keyward.servlet.Access.*;

import io.keyward.ApiKeyPrincipal;
import io.keyward.config.KeywardConfig;
import io.keyward.role.Role;
import io.keyward.servlet.ApiKeyFilter;
import io.keyward.servlet.RequiresPermission;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;

class PlainServlet {
    // snippet: plain
    @WebListener
    public static class Security implements ServletContextListener {
        private KeywardConfig keys;

        @Override
        public void contextInitialized(ServletContextEvent event) {
            keys = KeywardConfig.load(
                    Path.of(".env"),
                    Role.of("client").permitting("jobs:submit"),
                    Role.of("miner"),
                    Role.of("admin").including("client", "miner"));
            ApiKeyFilter filter = ApiKeyFilter.builder()
                    .verifier(keys.verifier())
                    .rule("/health", permitAll())
                    .rule("GET", "/v1/jobs", anyRole("client", "miner"))
                    .rule("POST", "/v1/jobs", allPermissions("jobs:submit"))
                    .rule("/v1/admin/*", anyRole("admin"))
                    .otherwise(authenticated())
                    .build();
            ApiKeyFilter.register(event.getServletContext(), filter);
        }

        @Override
        public void contextDestroyed(ServletContextEvent event) {
            if (keys != null) {
                keys.close(); // else the thread that follows the file keeps running
            }
        }
    }
    // end

    // snippet: handler
    @WebServlet("/v1/reports/*")
    @RequiresPermission("reports:read")
    public static class Reports extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            ApiKeyPrincipal caller = (ApiKeyPrincipal) request.getUserPrincipal();
            response.getWriter().println("reports for " + caller.owner());
            if (request.isUserInRole("admin")) {
                response.getWriter().println("and those of everyone else");
            }
        }
    }
    // end
}
