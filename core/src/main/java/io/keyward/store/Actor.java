package io.keyward.store;

import static java.util.Objects.requireNonNull;

import io.keyward.ApiKeyPrincipal;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names who makes a change: an operator, a key, a job, or the application itself.
 *
 * <pre>{@code
 * manager.as(Actor.operator("anna").withName("Anna Berg").withAddress("192.0.2.7")).revoke(id);
 * }</pre>
 *
 * <p>An actor is only recorded and decides nothing; {@link ApiKeyManager#onBehalfOf} limits what a key may change. It
 * holds no secret, and each text is one line, so it cannot forge a line of the log. Immutable.
 *
 * @param kind the kind of actor
 * @param id the login, key id or job; 1 to {@value #MAX_ID} characters
 * @param name a name for people; null if not known
 * @param address where the actor is, such as an IP address; null if not known
 */
public record Actor(
        Kind kind,
        String id,
        @Nullable String name,
        @Nullable String address) {
    /** The most characters of an id: {@value}. */
    public static final int MAX_ID = 128;
    /** The most characters of a name or an address: {@value}. */
    public static final int MAX_TEXT = 200;

    private static final Pattern LINE = Pattern.compile("(?! )[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]+(?<! )");
    private static final Actor APPLICATION = new Actor(Kind.APPLICATION, "application", null, null);

    /**
     * Refuses missing parts and texts that are not one line.
     *
     * @throws IllegalArgumentException if a text is empty or too long, has blanks at its ends, or has a control
     *     character or line break
     */
    public Actor {
        requireNonNull(kind, "kind");
        requireLine("id", requireNonNull(id, "id"), MAX_ID);
        requireLine("name", name, MAX_TEXT);
        requireLine("address", address, MAX_TEXT);
    }

    /** Returns the application itself, the actor of a change for which nobody else is named. */
    public static Actor application() {
        return APPLICATION;
    }

    /**
     * Returns a person who runs the service.
     *
     * @param login their name on the system on which they work
     * @throws IllegalArgumentException as the constructor
     */
    public static Actor operator(String login) {
        return new Actor(Kind.OPERATOR, login, null, null);
    }

    /**
     * Returns a program that runs on its own, such as a nightly purge.
     *
     * @throws IllegalArgumentException as the constructor
     */
    public static Actor job(String id) {
        return new Actor(Kind.JOB, id, null, null);
    }

    /** Returns the holder of a key as the actor. */
    public static Actor key(ApiKeyPrincipal principal) {
        return new Actor(Kind.KEY, principal.id(), null, null);
    }

    /**
     * Returns this actor with a name for people; null for none.
     *
     * @throws IllegalArgumentException as the constructor
     */
    public Actor withName(@Nullable String newName) {
        return new Actor(kind, id, newName, address);
    }

    /**
     * Returns this actor with the address from which it acts; null for none.
     *
     * @throws IllegalArgumentException as the constructor
     */
    public Actor withAddress(@Nullable String newAddress) {
        return new Actor(kind, id, name, newAddress);
    }

    /**
     * Returns the text by which a record names its creator: {@code operator:anna}, {@code key:a1b2c3d4},
     * {@code application}.
     */
    public String label() {
        return kind == Kind.APPLICATION ? id : kind.name().toLowerCase(Locale.ROOT) + ":" + id;
    }

    static void requireLine(String what, @Nullable String text, int most) {
        if (text != null && (text.length() > most || !LINE.matcher(text).matches())) {
            throw new IllegalArgumentException(what + " must be 1 to " + most
                    + " characters without blanks at its ends, control characters and line breaks");
        }
    }

    /** Names the kind of actor that makes a change. */
    public enum Kind {
        /** The application itself. */
        APPLICATION,
        /** A person who runs the service, by their login. */
        OPERATOR,
        /** The holder of a key, by the key id. */
        KEY,
        /** A program that runs on its own, by its name. */
        JOB
    }
}
