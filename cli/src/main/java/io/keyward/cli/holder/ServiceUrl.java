package io.keyward.cli.holder;

import io.keyward.cli.terminal.CommandFailure;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Names a place at a server: the origin a key is for, and the path to ask at it.
 *
 * <p>{@code ws} and {@code wss} are read as {@code http} and {@code https}, which is how a WebSocket begins (RFC 6455
 * §4.1). The text form leaves the query out, where people put secrets.
 *
 * @param origin the server, by {@code http} or {@code https}
 * @param scheme the scheme as it was given
 * @param path the path, encoded as given, beginning with a slash
 * @param query the query with its question mark; empty without one
 */
record ServiceUrl(Origin origin, String scheme, String path, String query) {
    private static final Map<String, String> SCHEMES =
            Map.of("http", "http", "https", "https", "ws", "http", "wss", "https");
    private static final int MAX_PORT = 65535;

    /**
     * Reads an absolute URL.
     *
     * @throws CommandFailure if it is not an absolute URL, has another scheme, or has a user name; the message does
     *     not repeat it
     */
    static ServiceUrl parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw CommandFailure.usage("the URL cannot be read at character " + (e.getIndex() + 1)
                    + "; it must be like https://api.example.com/v1/jobs");
        }
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        String asked = SCHEMES.get(scheme);
        if (asked == null || uri.getHost() == null || uri.getPort() > MAX_PORT || uri.getPort() == 0) {
            throw CommandFailure.usage(
                    "the URL must begin with http://, https://, ws:// or wss:// and a host name, like"
                            + " https://api.example.com");
        }
        if (uri.getRawUserInfo() != null) {
            throw CommandFailure.usage(
                    "the URL must not have a user name or password; leave out the part before the @");
        }
        Origin origin = Origin.of(asked, uri.getHost().toLowerCase(Locale.ROOT), uri.getPort());
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return new ServiceUrl(origin, scheme, path, uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
    }

    /** Returns this URL if it has a path, else the URL with a default path. */
    ServiceUrl orPath(String fallback) {
        return path.equals("/") ? new ServiceUrl(origin, scheme, fallback, "") : this;
    }

    /** Returns the URL in the scheme in which it was given, for the programs that read it so. */
    String asGiven() {
        return scheme + origin.toString().substring(origin.scheme().length()) + path + query;
    }

    /** Returns whether it was given as the address of a WebSocket. */
    boolean isWebSocket() {
        return scheme.startsWith("ws");
    }

    /** Returns the URL to which a redirect from here leads; nothing if it cannot be read. */
    Optional<ServiceUrl> redirected(String location) {
        try {
            return Optional.of(parse(uri().resolve(location).toString()));
        } catch (IllegalArgumentException | CommandFailure unreadable) {
            return Optional.empty();
        }
    }

    URI uri() {
        return URI.create(origin + path + query);
    }

    @Override
    public String toString() {
        return origin + path;
    }

    /** Names a server as RFC 6454 does: scheme, host and port. */
    record Origin(String scheme, String host, int port) {
        private static final Pattern LOOPBACK =
                Pattern.compile("localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[(?:0*:)*:?0*1\\]");

        private static Origin of(String scheme, String host, int port) {
            int usual = scheme.equals("https") ? 443 : 80;
            return new Origin(scheme, host, port == -1 ? usual : port);
        }

        /** Returns whether nobody can read on the way what is sent there: it is encrypted, or stays on this machine. */
        boolean isPrivate() {
            return scheme.equals("https") || LOOPBACK.matcher(host).matches();
        }

        @Override
        public String toString() {
            boolean usual = port == (scheme.equals("https") ? 443 : 80);
            return scheme + "://" + host + (usual ? "" : ":" + port);
        }
    }
}
