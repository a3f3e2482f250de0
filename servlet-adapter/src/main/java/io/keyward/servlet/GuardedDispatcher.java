package io.keyward.servlet;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;

/**
 * Checks the rule of a target before a forward or an include goes there, because a filter that is registered only for
 * REQUEST never sees the target.
 */
final class GuardedDispatcher implements RequestDispatcher {
    private final RequestDispatcher target;
    private final Check check;

    GuardedDispatcher(RequestDispatcher target, Check check) {
        this.target = target;
        this.check = check;
    }

    @Override
    public void forward(ServletRequest request, ServletResponse response) throws ServletException, IOException {
        if (response.isCommitted() || check.admits(DispatcherType.FORWARD, response)) {
            // The container refuses to forward a committed answer, and its own exception explains that best.
            target.forward(request, response);
        } else {
            close(response);
        }
    }

    @Override
    public void include(ServletRequest request, ServletResponse response) throws ServletException, IOException {
        if (check.admits(DispatcherType.INCLUDE, response)) {
            target.include(request, response);
        }
    }

    /** Nothing may be added to the answer after a forward, so nothing may be added after a denied one. */
    private static void close(ServletResponse response) throws IOException {
        try {
            response.getOutputStream().close();
        } catch (IllegalStateException writerIsTaken) {
            response.getWriter().close();
        }
    }

    /** Decides about the target, and answers if a forward is denied. */
    interface Check {
        boolean admits(DispatcherType dispatch, ServletResponse response) throws IOException;
    }
}
