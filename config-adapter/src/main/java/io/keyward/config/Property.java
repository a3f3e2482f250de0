package io.keyward.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Lists every name that this library reads, with what docs/configuration.md says of it.
 *
 * <p>{@link PropertyName} reads names by this table and refuses unknown ones, and a test compares it with the reference
 * in docs.
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
    STALE_KEYS(
            "keyward.stale-keys",
            "`accept` or `refuse`",
            "`accept`",
            "refuse",
            "any other word; `refuse` refuses all keys while a key file is known to be replaced behind its mount"),
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
    NEW_KEYS_PEPPER(
            "keyward.new-keys-pepper",
            "the id of the pepper that hashes new keys",
            "the only pepper",
            "p1",
            "an id without `keyward.peppers.<id>`, in a service that issues keys"),
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
            "`dev`, `development`, `test` or `local` for development, in any case; anything else for production",
            "none",
            "dev",
            "nothing; asked only where `keyward.mode` is not set");

    static final String DOTTED = "keyward.";
    static final String ENVIRONMENT = "KEYWARD_";

    /**
     * The suffix of a variable that names a file, as many Docker images have it. This library reads no such variable.
     */
    static final String FILE_SUFFIX = "_FILE";

    private final String pattern;
    private final String type;
    private final String defaultValue;
    private final String example;
    private final String refuses;
    /** The text before and after the first placeholder, in both spellings; the tail is null if there is none. */
    private final String head;

    private final @Nullable String tail;
    private final String environmentHead;
    private final @Nullable String environmentTail;
    private final boolean isOfKey;

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
        this.isOfKey = head.equals("keyward.keys.");
    }

    /** Returns whether the name ends with one that the user chooses. */
    boolean isOpen() {
        return this == METADATA || this == ATTRIBUTE;
    }

    /** Returns the dotted name, with placeholders in angle brackets. */
    String pattern() {
        return pattern;
    }

    /** Returns the same name as an environment variable, with placeholders in upper case. */
    String environmentPattern() {
        return pattern.startsWith(DOTTED) ? environmentForm(pattern) : pattern;
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

    boolean isOfKey() {
        return isOfKey;
    }

    /** Returns what is before the first placeholder of the dotted name: all of it where there is none. */
    String head() {
        return head;
    }

    /** Returns what is after the first placeholder and before the second; null where there is none. */
    @Nullable
    String tail() {
        return tail;
    }

    /** Returns {@link #head} as it is in an environment variable. */
    String environmentHead() {
        return environmentHead;
    }

    /** Returns {@link #tail} as it is in an environment variable. */
    @Nullable
    String environmentTail() {
        return environmentTail;
    }

    private static String environmentForm(String dotted) {
        return dotted.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
