package io.keyward.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A request as a container at the root context would give it; what no test needs, it refuses to answer. */
final class FakeRequest implements InvocationHandler {
    String method = "GET";
    String uri;
    String servletPath;
    RuntimeException pathFailure;
    String query;
    DispatcherType dispatch = DispatcherType.REQUEST;
    boolean secure;
    boolean contextPathFails;
    ServletContext context;
    final Map<String, List<String>> headers = new LinkedHashMap<>();
    final Map<String, Object> attributes = new HashMap<>();

    FakeRequest(String uri) {
        this.uri = uri;
    }

    FakeRequest header(String name, String... values) {
        headers.computeIfAbsent(name.toLowerCase(Locale.ROOT), unused -> new ArrayList<>())
                .addAll(List.of(values));
        return this;
    }

    HttpServletRequest asRequest() {
        return (HttpServletRequest) Proxy.newProxyInstance(
                FakeRequest.class.getClassLoader(), new Class<?>[] {HttpServletRequest.class}, this);
    }

    @Override
    public Object invoke(Object proxy, Method called, Object[] args) {
        return switch (called.getName()) {
            case "getMethod" -> method;
            case "getRequestURI" -> uri;
            case "getServletPath" -> servletPath();
            case "getContextPath" -> {
                if (contextPathFails) {
                    throw new IllegalStateException("the context path is not in the request's path");
                }
                yield "";
            }
            case "getPathInfo", "getCookies", "getUserPrincipal" -> null;
            case "getQueryString" -> query;
            case "getDispatcherType" -> dispatch;
            case "isSecure" -> secure;
            case "getRemoteAddr" -> "192.0.2.1";
            case "getHeader" -> first((String) args[0]);
            case "getHeaders" -> Collections.enumeration(values((String) args[0]));
            case "getHeaderNames" -> Collections.enumeration(headers.keySet());
            case "getAttribute" -> attributes.get(args[0]);
            case "setAttribute" -> attributes.put((String) args[0], args[1]);
            case "getServletContext" -> context;
            case "getHttpServletMapping" -> (HttpServletMapping) null;
            case "toString" -> method + " " + uri;
            default -> throw new UnsupportedOperationException(called.getName());
        };
    }

    private String servletPath() {
        if (pathFailure != null) {
            throw pathFailure;
        }
        return servletPath == null ? uri : servletPath;
    }

    private List<String> values(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    private String first(String name) {
        return values(name).isEmpty() ? null : values(name).get(0);
    }
}
