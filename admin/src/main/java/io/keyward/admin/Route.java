package io.keyward.admin;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Maps a method and a path to a handler, and names the permissions that a key needs.
 *
 * @param path segments between slashes; {@code {id}} matches any segment
 * @param anyOf permissions of which one is enough; empty for any valid key
 * @param query the query parameters that the call knows
 */
record Route(String method, String path, Set<String> anyOf, Set<String> query, Handler handler) {
    private static final String ID = "{id}";

    /** Answers a call that has passed the checks of its route. */
    interface Handler {
        Answer answer(Call call);
    }

    boolean allows(String requested) {
        return method.equals(requested) || (method.equals("GET") && requested.equals("HEAD"));
    }

    /** Returns the id in a path of this route, empty text for a route without one; nothing if the path is another. */
    Optional<String> match(String requested) {
        List<String> wanted = List.of(path.split("/", -1));
        List<String> given = List.of(requested.split("/", -1));
        if (wanted.size() != given.size()) {
            return Optional.empty();
        }
        String id = "";
        for (int i = 0; i < wanted.size(); i++) {
            if (wanted.get(i).equals(ID)) {
                id = given.get(i);
            } else if (!wanted.get(i).equals(given.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(id);
    }
}
