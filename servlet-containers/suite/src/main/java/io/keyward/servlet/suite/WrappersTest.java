package io.keyward.servlet.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Goes through every method of both wrappers, in the servlet API of the class path (6.0 and 6.1). */
class WrappersTest {
    /** Methods that neither show a key or another caller, nor reach a target or a pair past the filter. */
    private static final Set<String> REQUEST_PASSES = words(
            // The wrapper itself; to take it off is a deliberate step, which containers need too.
            "getRequest setRequest isWrapperFor",
            // Where the request goes; a key in the path is not a credential.
            "getMethod getPathInfo getPathTranslated getContextPath getRequestURI getRequestURL getServletPath",
            "getHttpServletMapping getServletContext getDispatcherType getRealPath",
            // The connection.
            "getProtocol getScheme getServerName getServerPort getRemoteAddr getRemoteHost getRemotePort getLocalName",
            "getLocalAddr getLocalPort isSecure getServletConnection getRequestId getProtocolRequestId",
            // The body, which is never read for a key.
            "getInputStream getReader getContentType getContentLength getContentLengthLong getCharacterEncoding",
            "setCharacterEncoding getParts getPart isTrailerFieldsReady getLocale getLocales",
            // The application's own: sessions, login by the container, attributes it sets, upgrades, asynchronous
            // state.
            "getSession changeSessionId getRequestedSessionId isRequestedSessionIdValid isRequestedSessionIdFromCookie",
            "isRequestedSessionIdFromURL isRequestedSessionIdFromUrl login logout setAttribute removeAttribute upgrade",
            "isAsyncStarted isAsyncSupported getAsyncContext");

    private static final Set<String> RESPONSE_PASSES = words(
            "getResponse setResponse isWrapperFor",
            // The body and its description.
            "getOutputStream getWriter setCharacterEncoding getCharacterEncoding setContentType getContentType",
            "setContentLength setContentLengthLong setBufferSize getBufferSize flushBuffer resetBuffer isCommitted",
            "setLocale getLocale setTrailerFields getTrailerFields",
            // The status; what is refused by sendError comes back through the filter as an ERROR dispatch.
            "setStatus getStatus sendError sendRedirect",
            // What is read or added takes nothing away.
            "addCookie containsHeader getHeader getHeaders getHeaderNames addIntHeader addDateHeader",
            "encodeURL encodeRedirectURL encodeUrl encodeRedirectUrl");

    private static Set<String> words(String... lines) {
        return Arrays.stream(lines)
                .flatMap(line -> Stream.of(line.split(" ")))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    @DisplayName("issue 14, item 12: every method of the guarded request was thought about")
    void everyMethodOfTheRequestWasThoughtAbout() throws ClassNotFoundException {
        assertEquals(
                Set.of(),
                unknown(HttpServletRequestWrapper.class, "io.keyward.servlet.GuardedRequest", REQUEST_PASSES));
    }

    @Test
    @DisplayName("issue 14, item 12: every method of the guarded response was thought about")
    void everyMethodOfTheResponseWasThoughtAbout() throws ClassNotFoundException {
        assertEquals(
                Set.of(),
                unknown(HttpServletResponseWrapper.class, "io.keyward.servlet.GuardedResponse", RESPONSE_PASSES));
    }

    /** Returns the signatures that the guarded class does not override and that do not pass for a reason. */
    private static Set<String> unknown(Class<?> wrapper, String guarded, Set<String> passes)
            throws ClassNotFoundException {
        Set<String> overridden = Arrays.stream(Class.forName(guarded).getDeclaredMethods())
                .map(WrappersTest::signature)
                .collect(Collectors.toSet());
        return Arrays.stream(wrapper.getMethods())
                .filter(method -> method.getDeclaringClass() != Object.class)
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method -> !overridden.contains(signature(method)) && !passes.contains(method.getName()))
                .filter(method -> !signature(method).equals("startAsync(ServletRequest, ServletResponse)"))
                .map(WrappersTest::signature)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String signature(Method method) {
        return method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }
}
