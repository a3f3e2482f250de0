package io.keyward.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import io.keyward.env.Failures;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/**
 * Holds what a command knows about its surroundings: its streams, its environment, and whether a person is there.
 *
 * <p>What was asked for, secrets included, goes to standard output and nowhere else; notes go to standard error. A
 * failure to write is never lost: a {@link PrintStream} would swallow it, and a key that nobody saw would stay stored.
 *
 * @param in standard input
 * @param out standard output, unbuffered
 * @param err standard error
 * @param environment the environment variables
 * @param prompt asks for a line without echo; null if no person is at the terminal
 * @param discardsOutput whether nobody can see what goes to standard output
 * @param changes the lock that is held while something is stored and shown
 * @param showsOutput whether standard output is a screen, where others may see a secret
 */
public record Terminal(
        InputStream in,
        OutputStream out,
        PrintStream err,
        Map<String, String> environment,
        @Nullable Function<String, char[]> prompt,
        boolean discardsOutput,
        Lock changes,
        boolean showsOutput) {
    /** The longest key is 256 characters; more than this is a wrong file, not a key with blanks around it. */
    private static final int MAX_INPUT = 4096;

    /** Narrower than this, a column of options and one of descriptions are not readable next to each other. */
    private static final int MIN_WIDTH = 60;

    private static final Path STANDARD_INPUT = Path.of("/proc/self/fd/0");
    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

    /** Returns the terminal of this process. */
    @SuppressWarnings("SystemConsoleNull") // isInteractive tells what null told before JDK 22
    public static Terminal ofProcess() {
        Console console = System.console();
        boolean interactive = console != null && isInteractive(console);
        return new Terminal(
                standardInput(),
                new FileOutputStream(FileDescriptor.out),
                System.err,
                System.getenv(),
                interactive ? text -> readHidden(requireNonNull(console), text) : null,
                targetOf(STANDARD_OUTPUT).equals("/dev/null"),
                new ReentrantLock(),
                interactive || targetOf(STANDARD_OUTPUT).matches("/dev/(pts/.*|tty.*|console)"));
    }

    /** Where standard input was closed, its descriptor has a file that the virtual machine opened for itself. */
    private static InputStream standardInput() {
        boolean isOfMachine = targetOf(STANDARD_INPUT).startsWith(System.getProperty("java.home") + "/");
        return isOfMachine ? InputStream.nullInputStream() : System.in;
    }

    /**
     * Returns the file that a descriptor is open on; an empty text if that is not known. If standard output was
     * closed, this can be the null device, too, because some launchers of the virtual machine open it then.
     */
    private static String targetOf(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException | UnsupportedOperationException noSuchFileSystem) {
            // Only Linux has these links. Elsewhere, writing to a closed output fails.
            return "";
        }
    }

    /**
     * Keeps the descriptors 0 to 2 from being given to a file that is opened later.
     *
     * <p>Started with {@code >&-}, the next file opened for writing would be descriptor 1, and the output would be
     * written into it. Writing to a descriptor that is open for reading fails instead.
     */
    public static InputStream[] occupyStandardDescriptors() {
        InputStream[] kept = new InputStream[3];
        for (int i = 0; i < kept.length; i++) {
            try {
                kept[i] = new FileInputStream("/dev/null");
            } catch (IOException notThisPlatform) {
                // Without /dev/null descriptors are not given out by the lowest number either.
                kept[i] = InputStream.nullInputStream();
            }
        }
        return kept;
    }

    /**
     * From JDK 22 on there is a console even if input and output are files. Only those JDKs have the method that says
     * so.
     */
    private static boolean isInteractive(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException olderJdk) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    private static char[] readHidden(Console console, String text) {
        char[] line = console.readPassword("%s", text);
        return line == null ? new char[0] : line;
    }

    /** Returns the environment as a service would get it, without what is for this command alone. */
    public Map<String, String> serviceEnvironment() {
        Map<String, String> service = new HashMap<>(environment);
        Defaults.OWN_VARIABLES.forEach(service::remove);
        return service;
    }

    /** Returns whether a person is at both ends, so progress and colour make sense. */
    public boolean isInteractive() {
        return prompt != null;
    }

    /**
     * Returns the width of the terminal that the environment names; nothing if it names none, or one that is too small.
     */
    public Optional<Integer> width() {
        String columns = environment.getOrDefault("COLUMNS", "");
        return columns.matches("[0-9]{2,3}") && Integer.parseInt(columns) >= MIN_WIDTH
                ? Optional.of(Integer.valueOf(columns))
                : Optional.empty();
    }

    /** Returns whether to use colours: only for a person, and not if {@code NO_COLOR} is set (no-color.org). */
    public Ansi ansi() {
        boolean refused = !environment.getOrDefault("NO_COLOR", "").isEmpty()
                || environment.getOrDefault("TERM", "dumb").equals("dumb");
        return isInteractive() && !refused ? Ansi.ON : Ansi.OFF;
    }

    /**
     * Writes the result of a command to standard output.
     *
     * @throws CommandFailure if it could not be written
     */
    public void show(String text) {
        if (!text.isEmpty()) {
            show(text.getBytes(UTF_8));
        }
    }

    /** Writes bytes to standard output as {@link #show(String)} does. */
    public void show(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("Broken pipe")) {
                throw CommandFailure.nobodyReads(e);
            }
            throw CommandFailure.file("standard output cannot be written: " + Failures.describe(e), e);
        }
    }

    /**
     * Writes a key that exists nowhere else.
     *
     * @throws CommandFailure if it could not be written, or nobody can see it
     */
    public void showKey(String text) {
        if (discardsOutput) {
            throw CommandFailure.file("standard output is /dev/null or closed: nobody would see the key");
        }
        show(text);
    }

    /** Makes a change that must not be left half done: an interrupt at the keyboard waits for its end. */
    public <T> T uninterrupted(Supplier<T> change) {
        changes.lock();
        try {
            return change.get();
        } finally {
            changes.unlock();
        }
    }

    /** Writes a note for the person to standard error. */
    public void note(String text) {
        err.println("keyward: " + printable(text));
        err.flush();
    }

    /** Replaces line breaks as well as {@link #printable} does the other control characters. */
    public static String oneLine(String text) {
        return printable(text).replace('\n', '?');
    }

    /** Replaces what could move the cursor or forge a line of output. */
    public static String printable(String text) {
        StringBuilder cleaned = new StringBuilder(text.length());
        text.codePoints().forEach(c -> cleaned.appendCodePoint(Character.isISOControl(c) && c != '\n' ? '?' : c));
        return cleaned.toString();
    }

    /** Returns rows with their cells below each other. */
    public static String table(List<List<String>> rows) {
        int columns = rows.isEmpty() ? 0 : rows.get(0).size();
        int[] widths = new int[columns];
        rows.forEach(row ->
                Arrays.setAll(widths, i -> Math.max(widths[i], row.get(i).length())));
        StringBuilder table = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            table.append(oneLine(line.toString().stripTrailing())).append('\n');
        }
        return table.toString();
    }

    /**
     * Reads a key: from a person without echo, else from the one line of standard input.
     *
     * @throws CommandFailure if there is no input, or it cannot be a key
     */
    public ApiKey readKey() {
        String text = readSecret("Key (not shown): ");
        PastedKey.surroundingsOf(text).ifPresent(surroundings -> {
            throw CommandFailure.refused("the key " + surroundings);
        });
        try {
            return ApiKey.of(text);
        } catch (IllegalArgumentException e) {
            throw CommandFailure.refused(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Reads a key as {@link #readKey} does.
     *
     * @throws CommandFailure also if it looks like an issued key and has a wrong character in it
     */
    public ApiKey readKeyWithoutTypo() {
        ApiKey key = readKey();
        KeyFormat.recognise(key.reveal())
                .flatMap(format -> format.flawOf(key.reveal()))
                .ifPresent(flaw -> {
                    throw CommandFailure.refused("the key " + flaw.description() + "; copy it again");
                });
        return key;
    }

    /** Asks a person for a secret text, which may be empty, without echo; returns nothing if no person is there. */
    public Optional<String> ask(String question) {
        return Optional.ofNullable(prompt).map(person -> new String(person.apply(question)));
    }

    /** Asks for a secret text as {@link #readKey} does, whatever its form. */
    public String readSecret(String question) {
        String text = prompt != null ? new String(prompt.apply(question)) : readLine();
        if (text.isEmpty()) {
            throw CommandFailure.refused("no key was given; type it at the prompt or pipe it to standard input");
        }
        return text;
    }

    private String readLine() {
        byte[] bytes;
        try {
            bytes = in.readNBytes(MAX_INPUT + 1);
        } catch (IOException e) {
            throw CommandFailure.file("standard input cannot be read: " + Failures.describe(e), e);
        }
        PastedKey.encodingOf(bytes).ifPresent(encoding -> {
            throw CommandFailure.refused(encoding);
        });
        String text = new String(bytes, UTF_8);
        String line = text.lines().findFirst().orElse("");
        if (bytes.length > MAX_INPUT || text.strip().lines().count() > 1) {
            throw CommandFailure.refused("standard input must be one key on one line");
        }
        return line;
    }

    /** Returns the type only, because the environment may have passwords. */
    @Override
    public String toString() {
        return "Terminal";
    }
}
