package io.keyward.servlet;

import io.keyward.ApiKey;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;

/**
 * Describes the request of a decision in a form that is safe for a log: what a stranger sent is escaped and cut, and
 * what may be a key is {@code ***}.
 *
 * <p>Never use it as the label of a metric, because strangers choose method and path. Immutable; may be kept, and
 * shared between threads.
 */
public final class RequestInfo {
    private static final int MAX_METHOD = 20;
    private static final int MAX_PATH = 200;
    private static final int MAX_PEER = 64;

    /** Without rules no part of a path is known to be public. */
    private static final LogPath NOTHING_NAMED = new LogPath(List.of());

    private final String method;
    private final String path;
    private final String peer;
    private final LogPath mask;

    RequestInfo(HttpServletRequest request, String path, LogPath mask) {
        String address = request.getRemoteAddr();
        this.method = request.getMethod();
        this.path = path;
        this.peer = address == null ? "?" : address;
        this.mask = mask;
    }

    /** Returns what a log may hold of a request. */
    public static RequestInfo of(HttpServletRequest request) {
        return new RequestInfo(request, Decisions.rawPath(request), NOTHING_NAMED);
    }

    /** Returns the method; {@code ***} if it is as long as a key, because a method may be any token. */
    public String method() {
        return method.length() < ApiKey.MIN_LENGTH ? LogText.quoted(method, MAX_METHOD) : LogPath.MASK;
    }

    /**
     * Returns the path below the context, without the query; {@code ***} takes the place of each part that may be a
     * key.
     */
    public String path() {
        return LogText.quoted(mask.masked(path), MAX_PATH);
    }

    /** Returns the address of the client or of the last proxy, as {@code getRemoteAddr} returns it. */
    public String peer() {
        return LogText.quoted(peer, MAX_PEER);
    }

    /** Returns method, path and peer in one line. */
    @Override
    public String toString() {
        return method() + " \"" + path() + "\" from " + peer();
    }
}
