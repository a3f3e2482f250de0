package io.keyward.benchmarks;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import jakarta.servlet.http.HttpSession;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request and its answer in memory, which do what those of a container do: fields in a list that is gone through with
 * each question, attributes in a map, both emptied for the next request and used again. A method that nobody has needed so
 * far throws.
 */
final class Exchange {
    private static final String[] FIELDS = {
        "Host", "localhost:8080",
        "User-Agent", "curl/8.14.1",
        "Accept", "application/json",
        "Accept-Encoding", "gzip"
    };

    final Request request = new Request();
    final Response response = new Response();

    /** Begins the next request, with this key. */
    void begin(String key) {
        request.fields.clear();
        for (String field : FIELDS) {
            request.fields.add(field);
        }
        request.fields.add("X-Api-Key");
        request.fields.add(key);
        request.attributes.clear();
        response.fields.clear();
        response.status = HttpServletResponse.SC_OK;
    }

    private static <T> T unusable(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            throw new UnsupportedOperationException(method.getName());
        }));
    }

    private static List<String> values(List<String> fields, String name) {
        List<String> values = new ArrayList<>(1);
        for (int i = 0; i < fields.size(); i += 2) {
            if (fields.get(i).equalsIgnoreCase(name)) {
                values.add(fields.get(i + 1));
            }
        }
        return values;
    }

    private static @Nullable String first(List<String> fields, String name) {
        for (int i = 0; i < fields.size(); i += 2) {
            if (fields.get(i).equalsIgnoreCase(name)) {
                return fields.get(i + 1);
            }
        }
        return null;
    }

    /** The values of a field, looked for one after the other. */
    @SuppressWarnings("JdkObsolete") // what the interface of a request asks for
    private static final class Values implements Enumeration<String> {
        private final List<String> fields;
        private final String name;
        private int next;

        Values(List<String> fields, String name) {
            this.fields = fields;
            this.name = name;
            find();
        }

        private void find() {
            while (next < fields.size() && !fields.get(next).equalsIgnoreCase(name)) {
                next += 2;
            }
        }

        @Override
        public boolean hasMoreElements() {
            return next < fields.size();
        }

        @Override
        public String nextElement() {
            String value = fields.get(next + 1);
            next += 2;
            find();
            return value;
        }
    }

    /** What came in. */
    static final class Request extends HttpServletRequestWrapper {
        final List<String> fields = new ArrayList<>();
        final Map<String, Object> attributes = new HashMap<>();

        Request() {
            super(unusable(HttpServletRequest.class));
        }

        @Override
        public String getMethod() {
            return "GET";
        }

        @Override
        public String getRequestURI() {
            return Site.PATH;
        }

        @Override
        public String getContextPath() {
            return "";
        }

        @Override
        public String getServletPath() {
            return Site.PATH;
        }

        @Override
        public @Nullable String getPathInfo() {
            return null;
        }

        @Override
        public @Nullable String getQueryString() {
            return null;
        }

        @Override
        public DispatcherType getDispatcherType() {
            return DispatcherType.REQUEST;
        }

        @Override
        public String getServerName() {
            return "localhost";
        }

        @Override
        public @Nullable HttpSession getSession(boolean create) {
            return null;
        }

        @Override
        public boolean isAsyncStarted() {
            return false;
        }

        @Override
        public String getRemoteAddr() {
            return "127.0.0.1";
        }

        @Override
        public @Nullable String getHeader(String name) {
            return first(fields, name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            return new Values(fields, name);
        }

        @Override
        public @Nullable Object getAttribute(String name) {
            return attributes.get(name);
        }

        @Override
        public void setAttribute(String name, Object value) {
            attributes.put(name, value);
        }

        @Override
        public void removeAttribute(String name) {
            attributes.remove(name);
        }
    }

    /** What goes out. */
    static final class Response extends HttpServletResponseWrapper {
        final List<String> fields = new ArrayList<>();
        int status;
        private final ServletOutputStream body = new Nowhere();

        Response() {
            super(unusable(HttpServletResponse.class));
        }

        @Override
        public void setStatus(int newStatus) {
            status = newStatus;
        }

        @Override
        public int getStatus() {
            return status;
        }

        @Override
        public boolean isCommitted() {
            return false;
        }

        @Override
        public boolean containsHeader(String name) {
            return first(fields, name) != null;
        }

        @Override
        public @Nullable String getHeader(String name) {
            return first(fields, name);
        }

        @Override
        public Collection<String> getHeaders(String name) {
            return values(fields, name);
        }

        @Override
        public void setHeader(String name, String value) {
            for (int i = 0; i < fields.size(); i += 2) {
                if (fields.get(i).equalsIgnoreCase(name)) {
                    fields.set(i + 1, value);
                    return;
                }
            }
            addHeader(name, value);
        }

        @Override
        public void addHeader(String name, String value) {
            fields.add(name);
            fields.add(value);
        }

        @Override
        public void setContentType(String type) {
            setHeader("Content-Type", type);
        }

        @Override
        public void setContentLength(int length) {
            // a field of the message, not of the list
        }

        @Override
        public ServletOutputStream getOutputStream() {
            return body;
        }

        @Override
        public void resetBuffer() {
            // nothing is kept
        }
    }

    private static final class Nowhere extends ServletOutputStream {
        @Override
        public void write(int b) {
            // nobody reads it
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            // nobody reads it
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException("setWriteListener");
        }
    }
}
