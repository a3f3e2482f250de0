package io.keyward.role;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names one thing a key may do, such as {@code jobs:submit}, or a whole group of them, such as {@code jobs:*}.
 *
 * <p>The text is one to eight segments between colons, at most 128 characters in all. A segment is one or more of
 * {@code A-Z a-z 0-9 . _ -}, or a single {@code *}, which stands for exactly one segment: {@code jobs:*} covers
 * {@code jobs:submit} and covers neither {@code jobs} nor {@code jobs:submit:fast}. Matching is exact and
 * case-sensitive.
 *
 * <p>Immutable; may be shared between threads.
 */
public final class Permission implements Comparable<Permission> {
    private static final int MAX_LENGTH = 128;
    private static final int MAX_SEGMENTS = 8;
    private static final String ANY = "*";
    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._-]+|\\*");

    private final String text;
    private final String[] segments;

    private Permission(String text, String[] segments) {
        this.text = text;
        this.segments = segments;
    }

    /**
     * Returns the permission that a text names.
     *
     * @param text 1 to 128 characters of the form described above
     * @throws IllegalArgumentException if the text has another form
     */
    public static Permission of(String text) {
        String[] segments = text.length() <= MAX_LENGTH ? text.split(":", -1) : new String[0];
        boolean legal = segments.length >= 1 && segments.length <= MAX_SEGMENTS;
        for (String segment : segments) {
            legal &= SEGMENT.matcher(segment).matches();
        }
        if (!legal) {
            throw new IllegalArgumentException("permission (" + Quoted.of(text) + ") must be 1 to " + MAX_SEGMENTS
                    + " segments of A-Z a-z 0-9 . _ - or a single *, between colons, like jobs:submit or jobs:*");
        }
        return new Permission(text, segments);
    }

    /** Returns whether a segment is {@code *}, so that this covers a group and cannot be required itself. */
    public boolean isPattern() {
        for (String segment : segments) {
            if (segment.equals(ANY)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Returns whether a key that holds this permission may do what {@code required} names.
     *
     * <p>A {@code *} here matches any one segment there. Takes time proportional to the number of segments.
     */
    public boolean implies(Permission required) {
        if (segments.length != required.segments.length) {
            return false;
        }
        for (int i = 0; i < segments.length; i++) {
            if (!segments[i].equals(ANY) && !segments[i].equals(required.segments[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int compareTo(Permission other) {
        return text.compareTo(other.text);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Permission that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Returns the text this permission was made of. */
    @Override
    public String toString() {
        return text;
    }
}
