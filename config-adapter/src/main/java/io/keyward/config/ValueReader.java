package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.keyward.env.EnvParser;
import io.keyward.env.InvalidValue;
import io.keyward.env.KeyFileBytes;
import io.keyward.env.ListValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns assignments into what they mean: follows references and reads types.
 *
 * <p>A value <code>${NAME}</code> is replaced by the value of that name, and an item <code>${NAME}</code> of a list by
 * the items of that name's list. {@link ConfigSources#lookUp} finds the name. Throws {@link InvalidValue}; keeps no
 * state between values.
 */
final class ValueReader {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_%][A-Za-z0-9_.-]*)}");
    /** What ISO 8601 and {@link Duration} have in common; the latter also accepts small letters and signs. */
    private static final Pattern DURATION =
            Pattern.compile("P(?:[0-9]+D)?(?:T(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:[.][0-9]{1,9})?S)?)?");

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final int MAX_REFERENCES = 8;
    /**
     * Without this limit, references to lists of references can grow without bound: eight lists of a hundred names are
     * 10 to the 16th items.
     */
    private static final int MAX_ITEMS = 100_000;

    private static final int MAX_SECRET_FILE = 64 << 10;

    private final ConfigSources sources;
    private final FileSnapshot files;
    private final Path directory;

    /** Reads values of these sources; {@code @file} starts at the directory where no file has the value. */
    ValueReader(ConfigSources sources, FileSnapshot files, Path directory) {
        this.sources = sources;
        this.files = files;
        this.directory = directory;
    }

    /** Returns the assignment that wins of a property without placeholder; null if no source has it. */
    @Nullable
    Assignment first(Property property) {
        List<Assignment> found = sources.named().get(new PropertyName(property, "", ""));
        return found == null ? null : found.get(0);
    }

    /** Goes through the assignments that win of a property with a placeholder that is part of no key. */
    void each(Property property, BiConsumer<PropertyName, Assignment> action) {
        for (PropertyName name : sources.settings()) {
            if (name.property() == property) {
                action.accept(name, requireNonNull(sources.named().get(name)).get(0));
            }
        }
    }

    /** Returns whether a text is a reference and nothing else. */
    static boolean isReference(String text) {
        return text.startsWith("${") && REFERENCE.matcher(text).matches();
    }

    /**
     * Returns what is written, without blanks around it. In the environment also without one pair of quotes around it,
     * because {@code docker run --env-file} leaves those in; in a file the parser has already removed them.
     */
    static String written(Assignment assignment) {
        return assignment.source().equals(ConfigSources.ENVIRONMENT)
                ? ListValue.unquoted(assignment.value())
                : ListValue.trim(assignment.value());
    }

    /** Returns a value without blanks around it, its reference followed. */
    String text(Assignment assignment) throws InvalidValue {
        String text = written(assignment);
        if (isReference(text)) {
            List<Assignment> passed = new ArrayList<>(List.of(assignment));
            do {
                text = written(referred(text, passed));
            } while (isReference(text));
        }
        return requireResolved(text);
    }

    /** Returns where a reference leads, and adds it to the assignments on the way; the first of these is the start. */
    private Assignment referred(String reference, List<Assignment> passed) throws InvalidValue {
        Matcher matcher = REFERENCE.matcher(reference);
        String name = matcher.matches() ? matcher.group(1) : reference;
        if (passed.size() > MAX_REFERENCES) {
            throw new InvalidValue(
                    "the value refers to a name that refers to another name, and so on",
                    "at most " + MAX_REFERENCES + " references follow each other",
                    "write the value itself");
        }
        Assignment next = sources.lookUp(name, passed)
                .orElseThrow(() -> new InvalidValue(
                        "the value refers to " + name + ", which no source has",
                        "a reference names a variable of the same file or of the environment",
                        "set " + name + " there, or write the value itself"));
        passed.add(next);
        return next;
    }

    private static String requireResolved(String text) throws InvalidValue {
        if (text.isEmpty()) {
            throw new InvalidValue(
                    "the value is empty", "a name that is set has a value", "set a value, or remove the name");
        }
        if (text.contains("${")) {
            throw new InvalidValue(
                    "a ${...} in the value is not resolved",
                    "only a value or an item of a list that is ${NAME} as a whole, without a default, is replaced",
                    "write the value itself");
        }
        return text;
    }

    /** Returns a value, or the content of the file that it names after {@code @}. */
    String secret(Assignment found) throws InvalidValue {
        String text = text(found);
        return text.charAt(0) == '@' ? secretIn(file(text.substring(1), found)) : text;
    }

    private Path file(String name, Assignment found) throws InvalidValue {
        try {
            Path base = found.file() == null ? directory : found.file().resolveSibling("");
            return base.resolve(name).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new InvalidValue(
                    "the text after @ is no path", "@ is followed by the path of a file", "correct the path");
        }
    }

    private String secretIn(Path file) throws InvalidValue {
        byte[] bytes = bytesOf(file);
        String text;
        try {
            String content = UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            text = ListValue.trim(EnvParser.withoutByteOrderMark(content));
        } catch (CharacterCodingException e) {
            throw fileRefused(file, "is not UTF-8 text");
        }
        if (text.isEmpty()) {
            throw fileRefused(file, "is empty");
        }
        if (text.indexOf('\n') >= 0) {
            throw fileRefused(file, "has more than one line");
        }
        return text;
    }

    private byte[] bytesOf(Path file) throws InvalidValue {
        try {
            Optional<byte[]> bytes = files.read(file);
            files.holdsKeys(file);
            if (bytes.isEmpty()) {
                throw fileRefused(file, "does not exist");
            }
            if (bytes.get().length > MAX_SECRET_FILE) {
                throw fileRefused(file, "has more than " + MAX_SECRET_FILE + " bytes");
            }
            return bytes.get();
        } catch (IOException e) {
            throw fileRefused(file, "cannot be read (" + KeyFileBytes.reason(e) + ")");
        }
    }

    private static InvalidValue fileRefused(Path file, String what) {
        return new InvalidValue(
                "the file " + file + " " + what,
                "a file named after @ holds one secret on one line",
                "check the path, the file and its permissions");
    }

    /** Returns the items of a list, at least one, references among them followed. */
    List<String> list(Assignment assignment) throws InvalidValue {
        List<String> list = new ArrayList<>();
        for (String item : ListValue.parse(assignment.value())) {
            list.addAll(expand(item, assignment, ListValue::parse));
        }
        return list;
    }

    /**
     * Returns the item itself, or the items of the list that it refers to.
     *
     * @param items splits the value of a list into items
     */
    List<String> expand(String item, Assignment list, Items items) throws InvalidValue {
        if (!isReference(item)) {
            return List.of(requireResolved(item));
        }
        List<String> expanded = new ArrayList<>();
        expand(item, new ArrayList<>(List.of(list)), items, expanded);
        return expanded;
    }

    private void expand(String item, List<Assignment> passed, Items items, List<String> to) throws InvalidValue {
        if (!isReference(item)) {
            to.add(requireResolved(item));
        } else {
            List<Assignment> way = new ArrayList<>(passed);
            for (String each : items.of(referred(item, way).value())) {
                expand(each, way, items, to);
            }
        }
        if (to.size() > MAX_ITEMS) {
            throw new InvalidValue(
                    "the item refers to more than " + MAX_ITEMS + " items",
                    "one reference leads to at most " + MAX_ITEMS + " items",
                    "write the items themselves");
        }
    }

    /** Returns a value that is one of these words. */
    String word(Assignment found, String... allowed) throws InvalidValue {
        String text = text(found);
        if (Arrays.asList(allowed).contains(text)) {
            return text;
        }
        throw new InvalidValue(
                "the value is none of the words known here",
                "it is one of " + String.join(", ", allowed),
                "correct the spelling");
    }

    Instant instant(Assignment assignment) throws InvalidValue {
        String text = text(assignment);
        try {
            // the parser also accepts small letters and offsets
            if (text.endsWith("Z") && text.indexOf('T') > 0) {
                return Instant.parse(text);
            }
        } catch (DateTimeException e) {
            // refused as any other text that is no instant
        }
        throw new InvalidValue("the value is no instant", "an instant is 2027-01-01T00:00:00Z", "write it so, in UTC");
    }

    int number(Assignment assignment) throws InvalidValue {
        String text = text(assignment);
        if (NUMBER.matcher(text).matches()) {
            return Integer.parseInt(text);
        }
        throw new InvalidValue(
                "the value is no whole number", "a number is 1 to 9 digits, without a sign", "write it in digits");
    }

    private static InvalidValue noDuration() {
        return new InvalidValue("the value is no duration", "a duration is PT5S or P14D", "write it so");
    }

    Duration duration(Assignment found, Duration least, Duration most) throws InvalidValue {
        String text = text(found);
        try {
            Duration duration = Duration.parse(text);
            if (!DURATION.matcher(text).matches()) {
                throw noDuration();
            }
            if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
                return duration;
            }
        } catch (DateTimeException e) {
            throw noDuration();
        }
        throw new InvalidValue(
                "the duration is out of bounds", "it is from " + least + " to " + most, "choose another");
    }

    /** Splits the value of a list into items. */
    interface Items {
        List<String> of(String value) throws InvalidValue;
    }
}
