package io.keyward.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Lists every name that this library reads, with what docs/configuration.md says of it.
 *
 * <p>This one table drives the reading of names, the refusal of unknown ones, and the test that the reference in docs is
 * complete.
 */
enum Property {
    MODE("keyward.mode", "`production` or `development`", "`production`", "development", "any other word"),
    PLAINTEXT_KEYS(
            "keyward.plaintext-keys",
            "`allow` or `deny`",
            "`deny` in production, `allow` in development",
            "allow",
            "any other word"),
    STRICT_PERMISSIONS(
            "keyward.strict-permissions",
            "`true` or `false`",
            "`false`",
            "true",
            "any other word; `true` refuses every file that others than its owner can read or write"),
    RELOAD_INTERVAL(
            "keyward.reload-interval",
            "a duration in ISO 8601 form",
            "`PT5S`",
            "PT2S",
            "less than `PT0.1S`, more than `PT1H`, any other form"),
    EXPIRY_WARNING(
            "keyward.expiry-warning",
            "a duration in ISO 8601 form",
            "`P14D`",
            "P30D",
            "a negative one, more than `P3650D`, any other form"),
    ROLES(
            "keyward.roles",
            "a list of role names",
            "none",
            "client,miner,admin",
            "a name that is no role name, such as `*`"),
    ROLE_INCLUDES(
            "keyward.roles.<role>.includes",
            "a list of role names",
            "none",
            "client,miner",
            "a role that is not declared, roles that include each other in a circle"),
    ROLE_PERMISSIONS(
            "keyward.roles.<role>.permissions",
            "a list of permissions",
            "none",
            "jobs:submit,jobs:read",
            "a text that is no permission, a role that is not declared or is declared in code"),
    PEPPER(
            "keyward.peppers.<id>",
            "base64 of at least 32 bytes, or `@` and a file that holds it",
            "none",
            "@/run/secrets/pepper",
            "fewer bytes, other text, a file that cannot be read"),
    PEPPER_CHECK(
            "keyward.peppers.<id>.check",
            "the check value of the pepper, 16 hexadecimal digits",
            "none",
            "<16 hex digits>",
            "the check value of another pepper, one without its pepper"),
    KEY_HASH(
            "keyward.keys.<id>.hash",
            "a hash, or `@` and a file that holds it",
            "none; a key has this or `key`",
            "sha256:<64 hex digits>",
            "a plaintext key, an unknown scheme, the hash of the empty string, all zeros, outside development the hash of a"
                    + " well-known key"),
    KEY_TEXT(
            "keyward.keys.<id>.key",
            "a plaintext key, or `@` and a file that holds it",
            "none",
            "<the key>",
            "production without `keyward.plaintext-keys=allow`, fewer than 16 characters, a blank, a bare hash, outside"
                    + " development a well-known key"),
    RETIRING_HASH(
            "keyward.keys.<id>.retiring.hash",
            "a hash, or `@` and a file that holds it",
            "none",
            "sha256:<64 hex digits>",
            "as `hash`; one without `retiring.until`"),
    RETIRING_NOT_BEFORE(
            "keyward.keys.<id>.retiring.not-before",
            "an instant",
            "always",
            "2026-11-01T00:00:00Z",
            "any other form; written when a key that had one is rotated"),
    RETIRING_UNTIL(
            "keyward.keys.<id>.retiring.until",
            "an instant",
            "none",
            "2026-12-01T00:00:00Z",
            "any other form; one without `retiring.hash`"),
    OWNER("keyward.keys.<id>.owner", "text", "none", "alice@lab", "more than 200 characters, a control character"),
    KEY_NAME("keyward.keys.<id>.name", "text", "none", "laptop", "more than 200 characters, a control character"),
    KEY_ROLES("keyward.keys.<id>.roles", "a list of role names", "none", "client", "a role that is not declared, `*`"),
    KEY_PERMISSIONS(
            "keyward.keys.<id>.permissions",
            "a list of permissions",
            "none",
            "jobs:cancel",
            "a text that is no permission"),
    NOT_BEFORE(
            "keyward.keys.<id>.not-before",
            "an instant",
            "always",
            "2026-12-01T00:00:00Z",
            "any other form; one that is not before `expires-at`"),
    EXPIRES_AT("keyward.keys.<id>.expires-at", "an instant", "never", "2027-01-01T00:00:00Z", "any other form"),
    STATE("keyward.keys.<id>.state", "`active`, `disabled` or `revoked`", "`active`", "disabled", "any other word"),
    METADATA(
            "keyward.keys.<id>.metadata.<name>", "text", "none", "ml", "more than 512 characters, a control character"),
    ATTRIBUTE(
            "keyward.keys.<id>.attribute.<name>",
            "text",
            "none",
            "a value",
            "more than 2048 characters, a control character; a key with an attribute that this version does not know is"
                    + " loaded and rejected"),
    ORDINAL(
            "keyward.keys.<id>.ordinal",
            "a whole number",
            "`1`, or the next where the retiring secret has it",
            "2",
            "less than 1, more than 999999999, any other form"),
    RETIRING_ORDINAL(
            "keyward.keys.<id>.retiring.ordinal",
            "a whole number",
            "`1`",
            "1",
            "less than 1, more than 999999999, any other form"),
    CREATED_AT("keyward.keys.<id>.created-at", "an instant", "not known", "2026-11-01T00:00:00Z", "any other form"),
    CREATED_BY(
            "keyward.keys.<id>.created-by",
            "text",
            "not known",
            "operator:anna",
            "more than 200 characters, a control character"),
    CHANGED_AT("keyward.keys.<id>.changed-at", "an instant", "not known", "2026-11-02T00:00:00Z", "any other form"),
    CHANGED_BY(
            "keyward.keys.<id>.changed-by",
            "text",
            "not known",
            "key:a1b2c3d4",
            "more than 200 characters, a control character"),
    LIST_OF_KEYS(
            "<ROLE>_API_KEYS",
            "a list of keys and hashes",
            "none",
            "[\"<a key>\",\"sha256:<64 hex digits>\"]",
            "plaintext in production without `keyward.plaintext-keys=allow`, a bare hash, fewer than 16 characters, an empty"
                    + " item, the name of a file after `@`, outside development a well-known key"),
    LIST_OF_HASHES(
            "<ROLE>_API_KEY_HASHES",
            "a list of hashes",
            "none",
            "sha256:<64 hex digits>",
            "plaintext, an unknown scheme, an empty item, the name of a file after `@`, outside development the hash of a well-known key"),
    APP_ENV(
            "APP_ENV",
            "`dev`, `development`, `test` or `local` for development; anything else for production",
            "none",
            "dev",
            "nothing; asked only where `keyward.mode` is not set");

    static final String DOTTED = "keyward.";
    static final String ENVIRONMENT = "KEYWARD_";

    /** The end of a variable that names a file, as images for Docker take it; nothing here is read so. */
    static final String FILE_SUFFIX = "_FILE";

    private static final List<Property> LONGEST_FIRST = longestFirst();

    private final String pattern;
    private final String type;
    private final String defaultValue;
    private final String example;
    private final String refuses;
    /** What stands before and after the first placeholder, in both spellings; the second half is null without one. */
    private final String head;

    private final @Nullable String tail;
    private final String environmentHead;
    private final @Nullable String environmentTail;

    Property(String pattern, String type, String defaultValue, String example, String refuses) {
        this.pattern = pattern;
        this.type = type;
        this.defaultValue = defaultValue;
        this.example = example;
        this.refuses = refuses;
        int open = pattern.indexOf('<');
        int close = pattern.indexOf('>');
        this.head = open < 0 ? pattern : pattern.substring(0, open);
        this.tail = open < 0 ? null : pattern.substring(close + 1).replace("<name>", "");
        this.environmentHead = environmentForm(head);
        this.environmentTail = tail == null ? null : environmentForm(tail);
    }

    private static List<Property> longestFirst() {
        List<Property> named = new ArrayList<>();
        for (Property property : values()) {
            if (property.head.startsWith(DOTTED)) {
                named.add(property);
            }
        }
        named.sort(Comparator.comparingInt(Property::tailLength).reversed());
        return List.copyOf(named);
    }

    /** Returns whether the name ends with one that the user chooses. */
    private boolean isOpen() {
        return this == METADATA || this == ATTRIBUTE;
    }

    /** The name that the user chooses is part of the ending, which so is always the longest. */
    private int tailLength() {
        return isOpen() ? Integer.MAX_VALUE : tail == null ? 0 : tail.length();
    }

    /** Returns the dotted name, with placeholders in angle brackets. */
    String pattern() {
        return pattern;
    }

    /** Returns the same name as an environment variable, with placeholders in upper case. */
    String environmentPattern() {
        return pattern.startsWith(DOTTED) ? pattern.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT) : pattern;
    }

    String type() {
        return type;
    }

    String defaultValue() {
        return defaultValue;
    }

    String example() {
        return example;
    }

    String refuses() {
        return refuses;
    }

    /** Tells whether it is part of a named key. */
    boolean isOfKey() {
        return pattern.startsWith("keyward.keys.");
    }

    /** Tells whether a name claims to be ours, known or not. */
    static boolean isOurs(String name) {
        return name.regionMatches(true, 0, DOTTED, 0, DOTTED.length())
                || name.regionMatches(true, 0, ENVIRONMENT, 0, ENVIRONMENT.length());
    }

    /**
     * Returns what a name of ours means; null if it means nothing. In the environment form the longest known ending wins,
     * so {@code KEYWARD_KEYS_A_RETIRING_HASH} is of key {@code a}.
     */
    static @Nullable Name parse(String name) {
        boolean environment = name.startsWith(ENVIRONMENT);
        for (Property property : LONGEST_FIRST) {
            Name parsed = environment ? property.parseEnvironment(name) : property.parseDotted(name);
            if (parsed != null) {
                return parsed;
            }
        }
        return null;
    }

    private @Nullable Name parseDotted(String name) {
        if (tail == null) {
            return name.equals(head) ? new Name(this, "", "") : null;
        }
        if (!name.startsWith(head)) {
            return null;
        }
        int stop = name.indexOf('.', head.length());
        int end = stop < 0 ? name.length() : stop;
        boolean fits = end > head.length()
                && (isOpen()
                        ? name.startsWith(tail, end) && name.length() > end + tail.length()
                        : name.substring(end).equals(tail));
        return fits
                ? new Name(
                        this, name.substring(head.length(), end), isOpen() ? name.substring(end + tail.length()) : "")
                : null;
    }

    private @Nullable Name parseEnvironment(String name) {
        if (environmentTail == null) {
            return name.equals(environmentHead) ? new Name(this, "", "") : null;
        }
        if (!name.startsWith(environmentHead)) {
            return null;
        }
        int from = environmentHead.length();
        int end = isOpen()
                ? name.indexOf(environmentTail, from + 1)
                : name.endsWith(environmentTail) ? name.length() - environmentTail.length() : -1;
        if (end <= from) {
            return null;
        }
        if (this == PEPPER && name.endsWith(FILE_SUFFIX)) {
            return null; // a path, as Docker's images write it, and no pepper
        }
        int rest = isOpen() ? end + environmentTail.length() : name.length();
        return isOpen() && rest == name.length()
                ? null
                : new Name(
                        this,
                        name.substring(from, end).toLowerCase(Locale.ROOT),
                        name.substring(rest).toLowerCase(Locale.ROOT));
    }

    private static String environmentForm(String dotted) {
        return dotted.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /**
     * What a name means.
     *
     * @param property which row of the table
     * @param id the key id, role or pepper id; empty where the property has none
     * @param metadata the name of the metadata or attribute; empty for all others
     */
    record Name(Property property, String id, String metadata) {
        /** Returns the dotted spelling, one for all spellings of a name. */
        String canonical() {
            if (id.isEmpty()) {
                return property.pattern;
            }
            return property.head + id + property.tail + metadata;
        }
    }
}
