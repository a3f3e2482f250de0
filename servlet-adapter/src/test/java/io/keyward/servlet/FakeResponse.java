package io.keyward.servlet;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps what is answered. */
final class FakeResponse implements InvocationHandler {
    int status = 200;
    boolean committed;
    final Map<String, List<String>> headers = new LinkedHashMap<>();
    final ByteArrayOutputStream body = new ByteArrayOutputStream();

    HttpServletResponse asResponse() {
        return (HttpServletResponse) Proxy.newProxyInstance(
                FakeResponse.class.getClassLoader(), new Class<?>[] {HttpServletResponse.class}, this);
    }

    String header(String name) {
        return headers.containsKey(name) ? String.join(", ", headers.get(name)) : null;
    }

    @Override
    public Object invoke(Object proxy, Method called, Object[] args) {
        switch (called.getName()) {
            case "setStatus" -> status = (Integer) args[0];
            case "setHeader", "setIntHeader" -> headers.put((String) args[0], new ArrayList<>(List.of("" + args[1])));
            case "addHeader" ->
                headers.computeIfAbsent((String) args[0], unused -> new ArrayList<>())
                        .add((String) args[1]);
            case "setContentType" -> headers.put("Content-Type", List.of((String) args[0]));
            case "setContentLength" -> headers.put("Content-Length", List.of("" + args[0]));
            case "getHeader" -> {
                return headers.containsKey(args[0]) ? headers.get(args[0]).get(0) : null;
            }
            case "getHeaders" -> {
                return headers.getOrDefault(args[0], List.of());
            }
            case "containsHeader" -> {
                return headers.containsKey(args[0]);
            }
            case "isCommitted" -> {
                return committed;
            }
            case "resetBuffer" -> body.reset();
            case "reset" -> {
                body.reset();
                headers.clear();
            }
            case "getOutputStream" -> {
                return stream();
            }
            default -> throw new UnsupportedOperationException(called.getName());
        }
        return null;
    }

    private ServletOutputStream stream() {
        return new ServletOutputStream() {
            @Override
            public void write(int octet) {
                body.write(octet);
            }

            @Override
            public boolean isReady() {
                return true;
            }

            @Override
            public void setWriteListener(WriteListener listener) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
