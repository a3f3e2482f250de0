package io.keyward.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns found values into what they mean: follows references and reads types. Refuses by {@link InvalidValue}. */
final class ValueReader {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Za-z_%][A-Za-z0-9_.-]*)}");
    private static final int MAX_REFERENCES = 8;
    private static final int MAX_SECRET_FILE = 64 << 10;

    private final ConfigSources sources;
    private final FileSnapshot files;
    private final Path directory;
    private final List<ConfigProblem> problems;

    ValueReader(ConfigSources sources, FileSnapshot files, Path directory, List<ConfigProblem> problems) {
        this.sources = sources;
        this.files = files;
        this.directory = directory;
        this.problems = problems;
    }

    /** Returns the value that counts of a property without placeholder; null if no source has it. */
    @Nullable
    Assignment first(Property property) {
        List<Assignment> found = sources.named().get(new Property.Name(property, "", ""));
        return found == null ? null : found.get(0);
    }

    /** Goes through the values that count of a property with a placeholder. */
    void each(Property property, BiConsumer<Property.Name, Assignment> action) {
        sources.named().forEach((name, found) -> {
            if (name.property() == property) {
                action.accept(name, found.get(0));
            }
        });
    }

    /** Reads a value; where it does not fit, notes the problem and returns the other. */
    <T> T read(Assignment found, T otherwise, Reading<T> reading) {
        try {
            return reading.read(found);
        } catch (InvalidValue e) {
            problems.add(found.problem(e));
            return otherwise;
        }
    }

    /** Notes a problem with a value. */
    void refuse(Assignment found, String what, String rule, String remedy) {
        problems.add(found.problem(what, rule, remedy));
    }

    int problemsSoFar() {
        return problems.size();
    }

    /** Reads one value. */
    interface Reading<T> {
        T read(Assignment found) throws InvalidValue;
    }

    /** Returns a value without blanks around it; where it is {@code ${NAME}} as a whole, the value of that name. */
    String text(Assignment found) throws InvalidValue {
        String text = ListValue.trim(found.value());
        for (int i = 0; i < MAX_REFERENCES; i++) {
            Matcher reference = REFERENCE.matcher(text);
            if (!reference.matches()) {
                return requireResolved(text);
            }
            String name = reference.group(1);
            Assignment referred = sources.lookUp(name)
                    .orElseThrow(() -> new InvalidValue(
                            "the value refers to " + name + ", which no source has",
                            "a reference names a variable or property that exists",
                            "set " + name + ", or write the value itself"));
            text = ListValue.trim(referred.value());
        }
        throw new InvalidValue(
                "the value refers to a name that refers to a name, and so on",
                "at most " + MAX_REFERENCES + " references follow each other",
                "write the value itself");
    }

    private static String requireResolved(String text) throws InvalidValue {
        if (text.isEmpty()) {
            throw new InvalidValue(
                    "the value is empty", "a name that is set has a value", "set a value, or remove the name");
        }
        if (text.contains("${")) {
            throw new InvalidValue(
                    "a ${...} in the value is not resolved",
                    "only a value that is ${NAME} as a whole, without a default, is replaced",
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
                    "what stands after @ is no path", "@ is followed by the path of a file", "correct the path");
        }
    }

    private String secretIn(Path file) throws InvalidValue {
        byte[] bytes = bytesOf(file);
        String text;
        try {
            text = ListValue.trim(
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
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
            throw fileRefused(file, "cannot be read (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static InvalidValue fileRefused(Path file, String what) {
        return new InvalidValue(
                "the file " + file + " " + what,
                "a file named after @ holds one secret on one line",
                "check the path, the file and its permissions");
    }

    List<String> list(Assignment found) throws InvalidValue {
        return ListValue.parse(text(found));
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

    Instant instant(Assignment found) throws InvalidValue {
        try {
            return Instant.parse(text(found));
        } catch (DateTimeException e) {
            throw new InvalidValue(
                    "the value is no instant", "an instant is 2027-01-01T00:00:00Z", "write it so, in UTC");
        }
    }

    Duration duration(Assignment found, Duration least, Duration most) throws InvalidValue {
        try {
            Duration duration = Duration.parse(text(found));
            if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
                return duration;
            }
        } catch (DateTimeException e) {
            throw new InvalidValue("the value is no duration", "a duration is PT5S or P14D", "write it so");
        }
        throw new InvalidValue(
                "the duration is out of bounds", "it is from " + least + " to " + most, "choose another");
    }
}
