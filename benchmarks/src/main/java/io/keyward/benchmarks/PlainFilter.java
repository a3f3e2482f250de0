package io.keyward.benchmarks;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** A filter of a few lines. */
final class PlainFilter extends HttpFilter {
    private final transient Lines lines;

    PlainFilter(Lines lines) {
        this.lines = lines;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        lines.run(request, response, chain);
    }

    /** What a filter does. */
    interface Lines {
        void run(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException;
    }
}
