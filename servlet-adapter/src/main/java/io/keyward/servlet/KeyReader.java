package io.keyward.servlet;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the one credential of a request by the rules of the filter, from anything that has header values by name: gRPC
 * metadata, JAX-RS, the JDK's {@code HttpServer}.
 *
 * <pre>{@code
 * KeyReader reader = KeyReader.of(KeySources.header("X-Api-Key"), KeySources.authorization("Bearer"));
 * KeyReader.Credential credential = reader.read(name -> headers.getOrDefault(name, List.of()));
 * }</pre>
 *
 * <p>Needs no servlet class. It only finds out whether there is one text to verify; the verifier decides whether that
 * is a valid key. Immutable; may be shared between threads.
 */
public final class KeyReader {
    private final List<KeySource> sources;

    private KeyReader(List<KeySource> sources) {
        this.sources = sources;
    }

    /**
     * Returns the reader of these sources.
     *
     * @throws IllegalArgumentException if there is none, or two read the same place
     */
    public static KeyReader of(KeySource... sources) {
        if (sources.length == 0) {
            throw new IllegalArgumentException(
                    "sources must not be empty; name at least one, such as KeySources.header(…)");
        }
        for (int i = 0; i < sources.length; i++) {
            for (int j = 0; j < i; j++) {
                if (sources[i].overlaps(sources[j])) {
                    throw new IllegalArgumentException("sources (" + sources[j] + "; " + sources[i]
                            + ") read the same place, so each key would be found twice; remove one");
                }
            }
        }
        return new KeyReader(List.of(sources));
    }

    /** Returns the credential in these headers; sources that read the query find nothing. */
    public Credential read(Function<String, ? extends @Nullable List<String>> headers) {
        return read(headers, null);
    }

    /**
     * Returns the credential of a request.
     *
     * @param headers all values of a header field by its name, whose case must not matter; null or empty if there is
     *     none
     * @param query the raw query; null if there is none
     */
    public Credential read(Function<String, ? extends @Nullable List<String>> headers, @Nullable String query) {
        Credentials found = new Credentials();
        for (KeySource source : sources) {
            source.collect(headers, query, found);
        }
        String text = found.text();
        if (text == null) {
            return None.INSTANCE;
        }
        return found.isSingle() ? new One(text) : new Unusable(found.isSeveral(), found.problem());
    }

    /**
     * Returns the values of a header field as a list, for APIs that have an enumeration of them, such as
     * {@code HttpServletRequest.getHeaders}.
     *
     * @param values null if there are none, as some containers say it
     */
    public static List<String> values(@Nullable Enumeration<String> values) {
        if (values == null || !values.hasMoreElements()) {
            return List.of();
        }
        String first = values.nextElement();
        if (!values.hasMoreElements()) {
            return List.of(first);
        }
        List<String> all = new ArrayList<>(List.of(first));
        values.asIterator().forEachRemaining(all::add);
        return all;
    }

    List<KeySource> sources() {
        return sources;
    }

    /** Describes what a request carries: {@link None}, {@link One} or {@link Unusable}. */
    public sealed interface Credential permits None, One, Unusable {}

    /** Nothing was presented. */
    public enum None implements Credential {
        /** The only value. */
        INSTANCE
    }

    /** One text was presented that may be a key. */
    public static final class One implements Credential {
        /** Transient because libraries that write the fields of any object leave transient ones out. */
        private final transient String text;

        private One(String text) {
            this.text = requireNonNull(text, "text");
        }

        /** Returns what was presented, which only the verifier should get. */
        public String reveal() {
            return text;
        }

        /** Returns the type only, because the text may be a key. */
        @Override
        public String toString() {
            return "One";
        }
    }

    /**
     * Something was presented that must be denied without verifying it.
     *
     * @param several whether it was more than one credential; otherwise one of a wrong form
     * @param problem where the credentials are and of which kind, for a log; holds nothing of their text
     */
    public record Unusable(boolean several, String problem) implements Credential {
        /** Refuses a missing problem. */
        public Unusable {
            requireNonNull(problem, "problem");
        }
    }
}
