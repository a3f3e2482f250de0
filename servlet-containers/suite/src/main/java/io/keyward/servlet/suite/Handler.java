package io.keyward.servlet.suite;

import io.keyward.servlet.ApiKeyFilter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.MDC;

/** Answers {@code HANDLER:<path>} for whatever reaches it, and counts. */
final class Handler extends HttpServlet {
    private static final long serialVersionUID = 1L;

    final transient AtomicInteger calls = new AtomicInteger();

    static String path(HttpServletRequest request) {
        String info = request.getPathInfo();
        return request.getServletPath() + (info == null ? "" : info);
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        calls.incrementAndGet();
        if (request.getMethod().equals("TRACE")) {
            super.service(request, response);
            return;
        }
        String path = request.getDispatcherType() == DispatcherType.INCLUDE ? "/admin/x" : path(request);
        switch (path) {
            case "/public/fwd" -> request.getRequestDispatcher("/admin/x").forward(request, response);
            case "/public/relative" ->
                request.getRequestDispatcher("../admin/x?a=/public/x").forward(request, response);
            case "/public/included" -> {
                response.getWriter().print("PAGE ");
                request.getRequestDispatcher("../admin/x?a=b").include(request, response);
            }
            case "/public/onwards" ->
                request.getRequestDispatcher("../public/who?a=b").forward(request, response);
            case "/api/attributes" -> {
                response.getWriter().print("ATTRIBUTES");
                request.getCookies();
                request.getParameterMap();
                for (String name : Collections.list(request.getAttributeNames())) {
                    response.getWriter().print("\n" + name + "=" + shown(request.getAttribute(name)));
                }
                for (String name : KNOWN_ATTRIBUTES) {
                    response.getWriter().print("\n" + name + "=" + shown(request.getAttribute(name)));
                }
            }
            case "/public/annotated", "/api/annotated" ->
                request.getRequestDispatcher("/annotated/role").forward(request, response);
            case "/api/pair", "/public/pair" -> pair(request);
            case "/public/written-fwd" -> {
                response.getWriter().print("PAGE ");
                request.getRequestDispatcher("/admin/x").forward(request, response);
            }
            case "/public/inc" -> {
                response.getWriter().print("PAGE ");
                request.getRequestDispatcher("/admin/x").include(request, response);
            }
            case "/api/async" -> request.startAsync().dispatch("/api/y");
            case "/api/again" -> again(request, response);
            case "/api/boom" -> throw new IllegalStateException("boom " + request.getHeader("X-API-Key"));
            case "/api/fail" -> response.sendError(500);
            case "/api/cached" -> {
                response.setHeader("Cache-Control", "public, max-age=60");
                answer(request, response, path);
            }
            case "/api/varied" -> {
                response.setHeader("Vary", "Accept");
                answer(request, response, path);
            }
            case "/api/headers" -> {
                response.getWriter().print("HEADERS");
                for (String name : Collections.list(request.getHeaderNames())) {
                    response.getWriter().print("\n" + name + "=" + Collections.list(request.getHeaders(name)));
                }
            }
            case "/api/form" -> response.getWriter().print("FORM:" + request.getParameter("field"));
            default -> answer(request, response, path);
        }
    }

    /** What Jetty's classes name as their own; they are not among the names of attributes. */
    private static final List<String> KNOWN_ATTRIBUTES =
            List.of("org.eclipse.jetty.server.CookieCache", "org.eclipse.jetty.server.Request.queryParameters");

    /** Shows what reflection finds in a value, one level deep, as a dump of attributes for support would. */
    private static String shown(Object value) {
        StringBuilder shown = new StringBuilder(String.valueOf(value));
        for (Field field : value == null ? new Field[0] : value.getClass().getDeclaredFields()) {
            try {
                field.setAccessible(true);
                shown.append(' ').append(field.get(value));
            } catch (RuntimeException | IllegalAccessException closed) {
                shown.append(" closed");
            }
        }
        return shown.toString();
    }

    /** Answers from what the container hands to asynchronous code, and says whether it shows the key. */
    private static void pair(HttpServletRequest request) {
        AsyncContext async = request.startAsync();
        HttpServletRequest shown = (HttpServletRequest) async.getRequest();
        HttpServletResponse answer = (HttpServletResponse) async.getResponse();
        async.start(() -> {
            try {
                answer.setHeader("Vary", "Accept");
                answer.setHeader("Cache-Control", "public");
                answer.getWriter().print("PAIR:" + shown.getRemoteUser() + " " + shown.getHeader("X-API-Key"));
            } catch (IOException failure) {
                throw new java.io.UncheckedIOException(failure);
            } finally {
                async.complete();
            }
        });
    }

    private static void again(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getDispatcherType() == DispatcherType.REQUEST) {
            AsyncContext async = request.startAsync(request, response);
            async.dispatch();
        } else {
            answer(request, response, "/api/again");
        }
    }

    private static void answer(HttpServletRequest request, HttpServletResponse response, String path)
            throws IOException {
        response.setContentType("text/plain");
        response.getWriter()
                .print("HANDLER:" + path + " user=" + request.getRemoteUser() + " reader="
                        + request.isUserInRole("reader") + " any=" + request.isUserInRole("**") + " star="
                        + request.isUserInRole("*") + " type=" + request.getAuthType() + " mdc="
                        + MDC.get(ApiKeyFilter.MDC_KEY));
    }
}
