package io.keyward.servlet;

import io.keyward.ApiKeyPrincipal;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Shows the caller to the application, and hides the credential. */
final class GuardedRequest extends HttpServletRequestWrapper {
    private static final String JETTY = "org.eclipse.jetty.";
    private static final Pattern PARSED = Pattern.compile("cookie|query|fields|parameter", Pattern.CASE_INSENSITIVE);
    private static final ClassValue<Boolean> PARSED_CLASS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return isParsed(type.getName());
        }
    };

    private final @Nullable ApiKeyPrincipal principal;
    private final HeaderPolicy headers;
    private final HttpServletResponse response;
    private final TargetCheck targets;

    GuardedRequest(
            HttpServletRequest request,
            HttpServletResponse response,
            @Nullable ApiKeyPrincipal principal,
            HeaderPolicy headers,
            TargetCheck targets) {
        super(request);
        this.response = response;
        this.targets = targets;
        this.principal = principal;
        this.headers = headers;
    }

    /** Returns the request as it came, without guarded ones around it and what they wrap; itself if there is none. */
    static HttpServletRequest unguarded(HttpServletRequest request) {
        HttpServletRequest unguarded = request;
        ServletRequest inner = request;
        while (inner instanceof ServletRequestWrapper wrapper) {
            if (inner instanceof GuardedRequest guarded) {
                unguarded = (HttpServletRequest) guarded.getRequest();
            }
            inner = wrapper.getRequest();
        }
        return unguarded;
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
        return principal;
    }

    @Override
    public @Nullable String getRemoteUser() {
        return principal == null ? null : principal.id();
    }

    @Override
    public @Nullable String getAuthType() {
        return principal == null ? null : ApiKeyFilter.AUTH_TYPE;
    }

    /** Servlet 6.0 §13.3: {@code *} is never a role, and {@code **} means any caller that was let in. */
    @Override
    public boolean isUserInRole(String role) {
        if (principal == null || role == null) {
            return false;
        }
        return role.equals("**") || (!role.equals("*") && principal.hasRole(role));
    }

    /** Returns whether a key was accepted; the container's own login would ask for another credential. */
    @Override
    public boolean authenticate(HttpServletResponse response) {
        return principal != null;
    }

    @Override
    public @Nullable String getHeader(String name) {
        if (!headers.isProtected(name)) {
            return super.getHeader(name);
        }
        List<String> values = values(name);
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return headers.isProtected(name) ? Collections.enumeration(values(name)) : super.getHeaders(name);
    }

    private List<String> values(String name) {
        return headers.visible(name, KeyReader.values(super.getHeaders(name)), principal);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        Enumeration<String> raw = super.getHeaderNames();
        Set<String> names = new LinkedHashSet<>(headers.identityHeaders());
        while (raw != null && raw.hasMoreElements()) {
            names.add(raw.nextElement());
        }
        names.removeIf(name -> headers.isProtected(name) && values(name).isEmpty());
        return Collections.enumeration(names);
    }

    @Override
    public int getIntHeader(String name) {
        if (!headers.isProtected(name)) {
            return super.getIntHeader(name);
        }
        String value = getHeader(name);
        return value == null ? -1 : Integer.parseInt(value);
    }

    @Override
    public long getDateHeader(String name) {
        return headers.isProtected(name) ? -1 : super.getDateHeader(name);
    }

    @Override
    public Cookie @Nullable [] getCookies() {
        Cookie[] all = super.getCookies();
        if (all == null || headers.hiddenCookies().isEmpty()) {
            return all;
        }
        Cookie[] kept = Arrays.stream(all)
                .filter(cookie -> !headers.hiddenCookies().contains(cookie.getName()))
                .toArray(Cookie[]::new);
        return kept.length == 0 ? null : kept;
    }

    @Override
    public @Nullable String getQueryString() {
        return headers.visibleQuery(super.getQueryString());
    }

    /** The query of the first request is in an attribute during a forward, an include or an async dispatch. */
    @Override
    public @Nullable Object getAttribute(String name) {
        if (name.equals(ApiKeyFilter.PRINCIPAL_ATTRIBUTE)) {
            return principal;
        }
        Object value = super.getAttribute(name);
        if (isContainersOwn(name, value)) {
            return null;
        }
        return value instanceof String query && name.endsWith(".query_string") ? headers.visibleQuery(query) : value;
    }

    @Override
    public Enumeration<String> getAttributeNames() {
        List<String> names = new ArrayList<>(Collections.list(super.getAttributeNames()));
        names.removeIf(name -> isContainersOwn(name, super.getAttribute(name)));
        return Collections.enumeration(names);
    }

    /** Jetty keeps the parsed cookies and the parsed query of a request, the key among them, in attributes. */
    private static boolean isContainersOwn(String name, @Nullable Object value) {
        return value != null && !(value instanceof String) && (isParsed(name) || PARSED_CLASS.get(value.getClass()));
    }

    private static boolean isParsed(String name) {
        // fast, because a framework reads dozens of attributes a request, and nearly none of them is Jetty's
        return name.regionMatches(true, 0, JETTY, 0, JETTY.length())
                && PARSED.matcher(name).find();
    }

    /** Starts with this request and the guarded response, because otherwise the container would pass on its own. */
    @Override
    public AsyncContext startAsync() {
        return super.startAsync(this, response);
    }

    /** Returns null, because a push would repeat the headers of this request, the key among them. */
    @Override
    @SuppressWarnings("deprecation") // since servlet 6.1
    public jakarta.servlet.http.@Nullable PushBuilder newPushBuilder() {
        return null;
    }

    /** Leaves out the fields that would carry a key or name the caller if they were headers. */
    @Override
    public Map<String, String> getTrailerFields() {
        Map<String, String> trailers = new LinkedHashMap<>(super.getTrailerFields());
        trailers.keySet().removeIf(headers::isProtected);
        return trailers;
    }

    @Override
    public @Nullable RequestDispatcher getRequestDispatcher(String path) {
        RequestDispatcher dispatcher = super.getRequestDispatcher(path);
        if (dispatcher == null) {
            return null;
        }
        List<String> targets = absolute(path);
        return new GuardedDispatcher(dispatcher, (dispatch, answer) -> {
            for (String target : targets) {
                if (!this.targets.admits(dispatch, target, principal, this, (HttpServletResponse) answer)) {
                    return false;
                }
            }
            return true;
        });
    }

    /**
     * Returns every path that a target can mean: a relative one begins at the page that includes or at the included
     * one.
     */
    private List<String> absolute(String path) {
        int query = path.indexOf('?');
        String target = query < 0 ? path : path.substring(0, query);
        if (target.startsWith("/")) {
            return List.of(target);
        }
        List<String> all = new ArrayList<>();
        all.add(besides(getServletPath(), getPathInfo(), target));
        if (super.getAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH) instanceof String included) {
            all.add(besides(included, (String) super.getAttribute(RequestDispatcher.INCLUDE_PATH_INFO), target));
        }
        return all;
    }

    /** Encodes the page's own path, which is decoded already, because the result is decoded again. */
    private static String besides(@Nullable String servletPath, @Nullable String pathInfo, String target) {
        String page = (servletPath == null ? "" : servletPath) + (pathInfo == null ? "" : pathInfo);
        String folder = page.substring(0, page.lastIndexOf('/') + 1);
        return (folder.isEmpty() ? "/" : folder.replace("%", "%25").replace(";", "%3B")) + target;
    }

    @Override
    public @Nullable String getParameter(String name) {
        return headers.hiddenParameters().contains(name) ? null : super.getParameter(name);
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
        return headers.hiddenParameters().contains(name) ? null : super.getParameterValues(name);
    }

    @Override
    public Enumeration<String> getParameterNames() {
        if (headers.hiddenParameters().isEmpty()) {
            return super.getParameterNames();
        }
        List<String> names = new ArrayList<>(Collections.list(super.getParameterNames()));
        names.removeAll(headers.hiddenParameters());
        return Collections.enumeration(names);
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        if (headers.hiddenParameters().isEmpty()) {
            return super.getParameterMap();
        }
        Map<String, String[]> parameters = new LinkedHashMap<>(super.getParameterMap());
        parameters.keySet().removeAll(headers.hiddenParameters());
        return Collections.unmodifiableMap(parameters);
    }

    /** Decides whether a forward or an include may go to a target, and answers if a forward may not. */
    interface TargetCheck {
        boolean admits(
                DispatcherType dispatch,
                String target,
                @Nullable ApiKeyPrincipal principal,
                HttpServletRequest request,
                HttpServletResponse response)
                throws IOException;
    }
}
