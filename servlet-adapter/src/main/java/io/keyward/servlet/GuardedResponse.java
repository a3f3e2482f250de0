package io.keyward.servlet;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.jspecify.annotations.Nullable;

/**
 * Keeps caches from giving one caller's answer to another.
 *
 * <p>RFC 9111 §3.5 does this only for {@code Authorization}, not for a header like {@code X-Api-Key}. So {@code Vary}
 * always names the credential headers, whatever the application adds, and {@code Cache-Control: private, no-store} is
 * the rule until the application sets a rule of its own.
 */
final class GuardedResponse extends HttpServletResponseWrapper {
    private static final String VARY = "Vary";
    private static final String CACHE_CONTROL = "Cache-Control";

    private static final String DEFAULT_RULE = "private, no-store";

    private final String vary;
    private boolean defaultRule;

    GuardedResponse(HttpServletResponse response, String vary) {
        super(response);
        this.vary = vary;
        protect();
    }

    private void protect() {
        // A later dispatch of the same request finds what the first one set.
        if (!super.containsHeader(VARY) || !super.getHeaders(VARY).contains(vary)) {
            super.addHeader(VARY, vary);
        }
        defaultRule = !super.containsHeader(CACHE_CONTROL) || DEFAULT_RULE.equals(super.getHeader(CACHE_CONTROL));
        if (defaultRule) {
            super.setHeader(CACHE_CONTROL, DEFAULT_RULE);
        }
    }

    @Override
    public void setHeader(String name, @Nullable String value) {
        super.setHeader(name, value);
        // Since servlet 6.1, null removes a header; the answer must stay protected even then.
        if (HeaderNames.same(name, CACHE_CONTROL)) {
            defaultRule = value == null;
            if (defaultRule) {
                super.setHeader(CACHE_CONTROL, DEFAULT_RULE);
            }
        } else if (HeaderNames.same(name, VARY)) {
            super.addHeader(VARY, vary);
        }
    }

    @Override
    public void addHeader(String name, @Nullable String value) {
        if (defaultRule && HeaderNames.same(name, CACHE_CONTROL)) {
            setHeader(name, value);
        } else {
            super.addHeader(name, value);
        }
    }

    @Override
    public void setIntHeader(String name, int value) {
        setProtected(name, Integer.toString(value), () -> super.setIntHeader(name, value));
    }

    @Override
    public void setDateHeader(String name, long date) {
        setProtected(name, Long.toString(date), () -> super.setDateHeader(name, date));
    }

    /** Sets the two protected headers as text, even if a caller sets them by the method for numbers or dates. */
    private void setProtected(String name, String value, Runnable otherwise) {
        if (name != null && (HeaderNames.same(name, CACHE_CONTROL) || HeaderNames.same(name, VARY))) {
            setHeader(name, value);
        } else {
            otherwise.run();
        }
    }

    @Override
    public void reset() {
        super.reset();
        protect();
    }
}
