package io.keyward.cli.terminal;

import static java.util.Objects.requireNonNull;

import io.keyward.KeyFormat;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Checks the command line before and after parsing, and reads its values. No secret is taken from it or repeated. */
public final class Arguments {
    private static final String NO_SECRET =
            "a key or hash must not be on the command line, where the process list and the shell history show it;"
                    + " give it at the prompt or on standard input, and replace one that was there";
    private static final Pattern WORD = Pattern.compile("[0-9A-Za-z_]{47,}");
    /** As a whole argument or value only: digests also name directories, and those may be scanned. */
    private static final Pattern HASH =
            Pattern.compile("(?:--?[a-z-]+=)?(?:sha256:|hmac-sha256:[^:]*:)?[0-9A-Fa-f]{64}");

    private static final String NO_PASSWORD =
            "the password of a database must not be on the command line, where the process list and the shell history"
                    + " show it; set KEYWARD_JDBC_PASSWORD, or name a file with --jdbc-password-file, and change"
                    + " one that was there";
    /** A password in the URL of a database. */
    private static final Pattern URL_WITH_PASSWORD = Pattern.compile(
            "(?i).*\\b(?:jdbc:|postgres(?:ql)?:|mysql:|mariadb:)[^\\s]*([?&;][a-z]*password=|//[^/@?;]*:[^/@?;]*@).*");

    private static final Set<String> SECRET_OPTIONS =
            Set.of("--key", "--api-key", "--apikey", "--secret", "--password", "--hash", "--token");
    /** A word that can only be a mistyped command: a key has at least 16 characters. */
    private static final Pattern COMMAND = Pattern.compile("[a-z-]{1,12}");

    private static final Pattern SPAN = Pattern.compile("([0-9]{1,12})([smhdw])");
    private static final Map<String, Duration> UNITS = Map.of(
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1),
            "w", Duration.ofDays(7));

    private static final char REPLACEMENT = '\uFFFD';

    private Arguments() {}

    /** Returns why a command line is refused, whatever the command; nothing if it is accepted. */
    public static Optional<String> refusal(List<String> args) {
        if (args.stream().anyMatch(Arguments::holdsSecret)) {
            return Optional.of(NO_SECRET);
        }
        if (args.stream().anyMatch(arg -> URL_WITH_PASSWORD.matcher(arg).matches())) {
            return Optional.of(NO_PASSWORD);
        }
        if (args.stream().anyMatch(arg -> arg.indexOf(REPLACEMENT) >= 0)) {
            return Optional.of("an argument has a character that the locale does not have; set LC_ALL=C.UTF-8");
        }
        return Optional.empty();
    }

    private static boolean holdsSecret(String arg) {
        if (HASH.matcher(arg).matches()) {
            return true;
        }
        Matcher words = WORD.matcher(arg);
        while (words.find()) {
            if (KeyFormat.recognise(words.group()).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** Returns what is wrong with a command line, without repeating what could be a secret. */
    public static String describe(ParameterException problem) {
        return problem instanceof UnmatchedArgumentException unmatched ? describe(unmatched) : flawOf(problem);
    }

    /** Says what is wrong with an option or a parameter in words of ours: the parser's repeat what was typed. */
    private static String flawOf(ParameterException problem) {
        ArgSpec argument = problem instanceof MissingParameterException missing
                ? missing.getMissing().get(0)
                : problem instanceof OverwrittenOptionException twice ? twice.getOverwritten() : problem.getArgSpec();
        if (argument == null) {
            // commands that have no command to run; the help command repeats what it was asked for
            return problem.getValue() == null ? String.valueOf(problem.getMessage()) : "there is no such command";
        }
        String name = argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
        if (problem instanceof MissingParameterException) {
            return name + (argument.isOption() && !argument.required() ? " needs a value" : " is missing");
        }
        if (problem instanceof OverwrittenOptionException) {
            return name + " is given twice; keep one";
        }
        if (argument.typeInfo().isMap()) {
            return name + " must be " + argument.paramLabel();
        }
        if (argument.typeInfo().isBoolean()) {
            return name + " takes no value";
        }
        if (argument.converters().length == 0 && argument.completionCandidates() != null) {
            return name + " must be one of " + String.join(", ", argument.completionCandidates());
        }
        Throwable cause = problem.getCause();
        return name + (cause instanceof TypeConversionException ? " " + cause.getMessage() : " cannot be read");
    }

    private static String describe(UnmatchedArgumentException unmatched) {
        String first = unmatched.getUnmatched().isEmpty()
                ? ""
                : unmatched.getUnmatched().get(0);
        String name = first.contains("=") ? first.substring(0, first.indexOf('=')) : first;
        if (SECRET_OPTIONS.contains(name)) {
            return "there is no option " + name + ": " + NO_SECRET;
        }
        if (name.equals("--jdbc-password")) {
            return "there is no option " + name + ": " + NO_PASSWORD;
        }
        if (name.startsWith("--jdbc-")
                && unmatched.getCommandLine().getCommandSpec().findOption("--jdbc-url") == null) {
            return "unknown option " + name
                    + ": this command works on files, not on a database; `keyward db check` looks at a database";
        }
        if (first.startsWith("-")) {
            return "unknown option " + name + nearTo(unmatched, true);
        }
        boolean isGroup = !unmatched.getCommandLine().getSubcommands().isEmpty();
        if (unmatched.getCommandLine().getCommandSpec().userObject() instanceof TakesSecret
                && !(isGroup && COMMAND.matcher(first).matches())) {
            return "this command takes no key as an argument: " + NO_SECRET;
        }
        return (isGroup ? "there is no such command" : "there is one argument too many") + nearTo(unmatched, false);
    }

    /** Suggests names of ours only; what was typed may be a secret. */
    private static String nearTo(UnmatchedArgumentException unmatched, boolean options) {
        List<String> near = unmatched.getSuggestions().stream()
                .filter(name -> name.startsWith("-") == options)
                .limit(2)
                .map(name -> "`" + name + "`")
                .toList();
        return near.isEmpty() ? "" : "; did you mean " + String.join(" or ", near) + "?";
    }

    /** Registers converters for our types, and for those whose built-in ones name Java classes in their messages. */
    public static void addConverters(CommandLine commandLine) {
        commandLine.registerConverter(Integer.class, text -> whole(text, Integer::valueOf));
        commandLine.registerConverter(Long.class, text -> whole(text, Long::valueOf));
        commandLine.registerConverter(Instant.class, Arguments::instant);
        commandLine.registerConverter(Duration.class, Arguments::span);
        commandLine.registerConverter(KeyFormat.class, Arguments::format);
        commandLine.registerConverter(Path.class, Arguments::path);
    }

    /** Reads a path; an empty one, as of a variable that is not set, would be the working directory. */
    private static Path path(String text) {
        try {
            if (!text.isEmpty()) {
                return Path.of(text);
            }
        } catch (InvalidPathException e) {
            throw new TypeConversionException("is no path on this system");
        }
        throw new TypeConversionException("is empty, and must be a path");
    }

    private static <N> N whole(String text, Function<String, N> type) {
        try {
            return type.apply(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("must be a whole number");
        }
    }

    /**
     * Reads an instant.
     *
     * @throws TypeConversionException if it is none
     */
    public static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("must be an instant like 2027-01-01T00:00:00Z");
        }
    }

    /**
     * Reads a span of time, like {@code 24h} or {@code 90d}.
     *
     * @throws TypeConversionException if it is none
     */
    public static Duration span(String text) {
        Matcher span = SPAN.matcher(text);
        if (!span.matches()) {
            throw new TypeConversionException("must be a number and one of s m h d w, like 24h or 90d");
        }
        return requireNonNull(UNITS.get(span.group(2))).multipliedBy(Long.parseLong(span.group(1)));
    }

    private static KeyFormat format(String prefix) {
        try {
            return KeyFormat.of(prefix);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("is not a prefix: " + e.getMessage());
        }
    }

    /** Marks commands that ask for a key, whose users may try to give it as an argument. */
    public interface TakesSecret {}
}
