package io.keyward.servlet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads names and values of a raw query string as containers do: {@code &} separates pairs, {@code +} is a blank. */
final class QueryText {
    private QueryText() {}

    static boolean isNamed(String pair, String name) {
        int end = pair.indexOf('=');
        return name.equals(decoded(end < 0 ? pair : pair.substring(0, end)));
    }

    /** Returns the decoded value; null if it is missing or is not correctly encoded ASCII. */
    static @Nullable String valueOf(String pair) {
        int start = pair.indexOf('=');
        return start < 0 ? null : decoded(pair.substring(start + 1));
    }

    /** Returns the query without the pairs of a name; null if nothing is left. */
    static @Nullable String without(@Nullable String query, String name) {
        if (query == null) {
            return null;
        }
        List<String> kept = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            if (!isNamed(pair, name)) {
                kept.add(pair);
            }
        }
        return kept.isEmpty() ? null : String.join("&", kept);
    }

    private static @Nullable String decoded(String text) {
        StringBuilder decoded = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int octet = Percent.octetAt(text, i);
                if (octet < 0 || octet > 0x7f) {
                    return null;
                }
                decoded.append((char) octet);
                i += 2;
            } else {
                decoded.append(c == '+' ? ' ' : c);
            }
        }
        return decoded.toString();
    }
}
