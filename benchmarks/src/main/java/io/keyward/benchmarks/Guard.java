package io.keyward.benchmarks;

import io.keyward.ApiKeyVerifier;
import io.keyward.Verification;
import io.keyward.servlet.Access;
import io.keyward.servlet.ApiKeyFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.util.EnumSet;

/** Guards a service, and lets in anyone who has one of a hundred keys. */
public enum Guard {
    /** Nothing. */
    NONE("nothing") {
        @Override
        Filter filter() {
            return (request, response, chain) -> chain.doFilter(request, response);
        }

        @Override
        void register(ServletContext context) {
            // no guard
        }
    },
    /** {@link #NONE} again, in another JVM. Its difference from that is the resolution of the measure. */
    NONE_AGAIN("nothing, once more") {
        @Override
        Filter filter() throws Exception {
            return NONE.filter();
        }

        @Override
        void register(ServletContext context) {
            // no guard
        }
    },
    /** Verifies, and sets the two headers that any safe guard must set. What no other guard can do for less. */
    FLOOR("ten lines that verify and set the same two headers") {
        @Override
        Filter filter() {
            ApiKeyVerifier verifier = verifier();
            return new PlainFilter((request, response, chain) -> {
                if (verifier.verify(request.getHeader(HEADER)) instanceof Verification.Accepted accepted) {
                    request.setAttribute(ApiKeyFilter.PRINCIPAL_ATTRIBUTE, accepted.principal());
                    response.addHeader("Vary", "X-Api-Key, Authorization");
                    response.setHeader("Cache-Control", "private, no-store");
                    chain.doFilter(request, response);
                } else {
                    response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
                }
            });
        }
    },
    /** The filter with its defaults. */
    KEYWARD("Keyward's filter") {
        @Override
        ApiKeyFilter filter() {
            return ApiKeyFilter.builder()
                    .verifier(verifier())
                    .otherwise(Access.authenticated())
                    .build();
        }

        @Override
        void register(ServletContext context) {
            ApiKeyFilter.register(context, filter());
        }
    },
    /** What one writes: the hexadecimal digest of the key is looked up in a {@code HashMap}; sets no header. */
    HASHING("a hand-written filter, hex digest + `HashMap`") {
        @Override
        Filter filter() {
            KeyCheck check = Peer.HEX_HASH_MAP.over(keys());
            return new PlainFilter((request, response, chain) -> {
                String key = request.getHeader(HEADER);
                if (key != null && check.accepts(key)) {
                    request.setAttribute(ApiKeyFilter.PRINCIPAL_ATTRIBUTE, SampleKeys.idIn(key));
                    chain.doFilter(request, response);
                } else {
                    response.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
                }
            });
        }
    },
    /** Spring Security's filters, put together by hand. */
    SPRING("Spring Security's shortest chain, hex digest + `HashMap`") {
        @Override
        Filter filter() throws ServletException {
            return SpringChain.over(Peer.HEX_HASH_MAP.over(keys()));
        }
    },
    /** The same filters of Spring Security with Keyward's among them. */
    KEYWARD_IN_SPRING("Keyward in Spring Security's shortest chain") {
        @Override
        Filter filter() throws Exception {
            return SpringChain.withKeyward(verifier());
        }
    };

    private static final String HEADER = "X-Api-Key";
    private static final int KEYS = 100;

    /** What it is, for a report. */
    public final String title;

    Guard(String title) {
        this.title = title;
    }

    /** Returns a new filter that guards. */
    abstract Filter filter() throws Exception;

    /** Puts the guard before the servlets of a context. */
    void register(ServletContext context) throws ServletException {
        Filter filter;
        try {
            filter = filter();
        } catch (Exception e) { // Spring's configuration declares it
            throw new ServletException(e);
        }
        context.addFilter(name(), filter).addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
    }

    /** Returns the keys that every guard knows. */
    static String[] keys() {
        return SampleKeys.texts(KEYS, 1);
    }

    private static ApiKeyVerifier verifier() {
        return ApiKeyVerifier.of(SampleKeys.ring(keys(), record -> record));
    }
}
