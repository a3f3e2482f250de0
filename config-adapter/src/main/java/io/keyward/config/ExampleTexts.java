package io.keyward.config;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Recognises texts of the kind that example files contain: placeholders, words that people write in place of a key,
 * sequences and repetitions.
 *
 * <p>Every rule looks at the whole text, so a random key is not refused because it contains a word or has a prefix such
 * as {@code test_key_}.
 */
final class ExampleTexts {
    private static final int FEWEST_CHARACTERS = 5;
    private static final int MOST_DIGITS = 4;
    private static final int MOST_DIGITS_A_LETTER = 2;
    /** Shorter words are found by chance among hexadecimal digits. */
    private static final int SHORTEST_WORD = 3;

    private static final int LONGEST_NAME = 10;
    private static final int WHOLE = 100;
    /** The share of neighbours, in percent, from which a text is a sequence; random digits have some 30. */
    private static final int SEQUENCE = 85;

    private static final Pattern PLACEHOLDER =
            Pattern.compile("<.*>|\\$?\\{.*}|\\$\\(.*\\)|%.*%|\\[.*]|\\$[A-Za-z_][A-Za-z0-9_]*"
                    // a path after @, which is the name of a file
                    + "|@[A-Za-z0-9._~/-]+");
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z]+|[0-9]+");
    private static final Pattern NAME = Pattern.compile("[A-Z]?[a-z]*|[A-Z]*");
    /** Letters and digits in turn: most random texts have them, but words and numbers that people write do not. */
    private static final Pattern ALTERNATING =
            Pattern.compile("[A-Za-z][0-9]+[A-Za-z]+[0-9]|[0-9][A-Za-z]+[0-9]+[A-Za-z]");

    private static final Pattern FILLER = Pattern.compile("([a-z])\\1{2,}");
    private static final Set<String> WORDS = words();

    private ExampleTexts() {}

    /** Returns whether anyone could guess the text, because it is no random key. */
    static boolean isOne(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return text.chars().distinct().count() < FEWEST_CHARACTERS
                || PLACEHOLDER.matcher(text).matches()
                || isRepeated(lower)
                || isSequence(lower.replaceAll("[^a-z0-9]", ""))
                || (!ALTERNATING.matcher(text).find() && isWords(text));
    }

    private static boolean isRepeated(String text) {
        for (int period = 1; period <= text.length() / 2; period++) {
            if (text.startsWith(text.substring(period))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSequence(String text) {
        int steps = 0;
        for (int i = 1; i < text.length(); i++) {
            steps += isStep(text.charAt(i - 1), text.charAt(i)) ? 1 : 0;
        }
        return text.length() > 1 && steps * WHOLE >= SEQUENCE * (text.length() - 1);
    }

    private static boolean isStep(char from, char to) {
        return Math.abs(from - to) <= 1 || "90 9a 0a f0 z0 za 09".contains("" + from + to);
    }

    /**
     * Returns whether the text is words and short numbers; one unknown word, such as the name of a role, is allowed.
     */
    private static boolean isWords(String text) {
        int known = 0;
        int unknown = 0;
        int lettersOfWords = 0;
        int digits = 0;
        Matcher tokens = TOKEN.matcher(text);
        while (tokens.find()) {
            String token = tokens.group();
            if (Character.isDigit(token.charAt(0))) {
                boolean isRandom = !isSequence(token) && !isRepeated(token);
                if (token.length() > MOST_DIGITS && isRandom) {
                    return false;
                }
                digits += isRandom ? token.length() : 0;
            } else if (isOfWords(token.toLowerCase(Locale.ROOT))) {
                known += token.length() >= SHORTEST_WORD ? 1 : 0;
                lettersOfWords += token.length();
            } else if (token.length() <= LONGEST_NAME && NAME.matcher(token).matches()) {
                unknown++;
            } else {
                return false;
            }
        }
        // a random UUID has words such as `aaa` now and then, and many more digits
        return digits <= MOST_DIGITS_A_LETTER * lettersOfWords
                && known > 0
                && (unknown == 0 || (unknown == 1 && known > 1));
    }

    /** Returns whether letters consist of words of the list. */
    private static boolean isOfWords(String letters) {
        boolean[] reached = new boolean[letters.length() + 1];
        reached[0] = true;
        for (int from = 0; from < letters.length(); from++) {
            for (int to = from + 1; reached[from] && to <= letters.length(); to++) {
                String part = letters.substring(from, to);
                reached[to] |= WORDS.contains(part) || FILLER.matcher(part).matches();
            }
        }
        return reached[letters.length()];
    }

    private static Set<String> words() {
        return new HashSet<>(Arrays.asList((
                // what such a text is for
                "api apikey key keys secret secrets token tokens password passwd pass passphrase credential access auth"
                        + " private public bearer sk pk id value string text hash"
                        // what it says
                        + " your my our the this that is a an to in of for with and or not no do never some any new"
                        + " here change changed changeme changeit replace replaceme insert enter put add set paste fill"
                        + " use please must be before after go goes from it me todo fixme tbd xxx x real actual"
                        + " example examples sample demo dummy fake mock placeholder default super very long strong"
                        + " random randomly generate generated secure unsafe insecure valid invalid only"
                        + " character characters char chars minimum min least bits bytes hex"
                        // where
                        + " test testing tests dev develop development local localhost stage staging prod production"
                        + " live sandbox service server app client user users miner admin root guest"
                        // fillers
                        + " foo bar baz qux foobar hello world abc abcd abcdef xyz qwerty qwertyuiop asdf asdfghjkl"
                        + " zxcvbnm lorem ipsum letmein deadbeef cafebabe dead beef cafe babe null none nil undefined"
                        + " acme company one two three")
                .split(" ")));
    }
}
