package io.keyward.config;

import io.keyward.ApiKey;
import io.keyward.env.InvalidValue;
import io.keyward.env.ListValue;
import java.util.regex.Pattern;

/**
 * Recognises what people write in a key list to name its keys: JSON objects, and items such as {@code alice:KEY} or
 * {@code KEY|admin}. Nobody has a key that is such an item as a whole.
 */
final class NamedItems {
    private static final Pattern OBJECT = Pattern.compile("\\{.*|\\[\\s*[\\[{].*", Pattern.DOTALL);
    private static final Pattern JSON = Pattern.compile("\\[\\s*\".*", Pattern.DOTALL);
    private static final String SIGNS = ":=|; \t";
    /** A name or a scope; shorter than a key. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9_.@:*-]{0," + (ApiKey.MIN_LENGTH - 2) + "}");

    private static final Pattern SCHEME =
            Pattern.compile(".*(?:sha|hmac|md5|blake|crypt|argon|pbkdf).*", Pattern.CASE_INSENSITIVE);

    private NamedItems() {}

    /** Refuses a value that is no list of keys at all, before it is split into items. */
    static void refuseIn(String value) throws InvalidValue {
        String text = ListValue.unquoted(value);
        if (OBJECT.matcher(text).matches()) {
            throw noList("this is not a list of keys, but JSON with other things in it");
        }
        if (!JSON.matcher(text).matches()) {
            String[] items = text.split(",", -1);
            for (int i = 0; i < items.length; i++) {
                if (isNamed(ListValue.trim(items[i]))) {
                    throw noList("this is not a list of keys: item " + (i + 1) + " carries a name or a scope");
                }
            }
        }
    }

    /** Refuses an item that carries more than a key or a hash. */
    static void refuse(String item) throws InvalidValue {
        if (isNamed(item)) {
            throw noList("this is not a list of keys: the item carries a name or a scope");
        }
    }

    private static boolean isNamed(String item) {
        for (int i = 0; i < item.length(); i++) {
            if (SIGNS.indexOf(item.charAt(i)) >= 0
                    && isNamed(ListValue.trim(item.substring(0, i)), ListValue.trim(item.substring(i + 1)))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamed(String left, String right) {
        return (isWord(left) && !SCHEME.matcher(left).matches() && isLong(right)) || (isLong(left) && isWord(right));
    }

    private static boolean isWord(String text) {
        return WORD.matcher(text).matches();
    }

    private static boolean isLong(String text) {
        return text.length() >= ApiKey.MIN_LENGTH;
    }

    private static InvalidValue noList(String what) {
        return new InvalidValue(
                what,
                "an item of a list is a key or a hash alone, and all have the role of the list",
                "name such a key: KEYWARD_KEYS_<NAME>_HASH, with KEYWARD_KEYS_<NAME>_ROLES and what else it has; a key that"
                        + " contains such a sign needs a name, too");
    }
}
