package io.keyward.cli.operator;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.cli.terminal.CommandFailure;
import io.keyward.env.EnvParser;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the people who get keys from a CSV file (RFC 4180) with a header that names the columns. As in the files of
 * spreadsheets, the separator may also be a semicolon or a tab, and a byte-order mark is skipped. A cell must not
 * have a line break.
 */
final class PeopleFile {
    static final Set<String> COLUMNS = Set.of("owner", "name", "roles", "permissions", "expires", "not-before");

    private final String file;
    private final List<Person> people = new ArrayList<>();
    private final SortedMap<Integer, String> problems = new TreeMap<>();

    /**
     * Reads a file.
     *
     * @param file the name of the file in messages
     */
    PeopleFile(String file, byte[] content) {
        this.file = file;
        read(content);
    }

    /**
     * One line.
     *
     * @param line its number, from 1 on
     * @param cells its cells by column, without the empty ones
     */
    record Person(int line, Map<String, String> cells) {
        String cell(String column, String otherwise) {
            return cells.getOrDefault(column, otherwise);
        }

        /** Returns the words of a cell, which blanks, commas or semicolons separate. */
        List<String> words(String column, List<String> otherwise) {
            String cell = cells.get(column);
            return cell == null ? otherwise : List.of(cell.split("[\\s,;]+"));
        }
    }

    List<Person> people() {
        return people;
    }

    /** Returns the file and a line of it. */
    String place(int line) {
        return file + ":" + line;
    }

    /** Notes what is wrong with a line. */
    void refuse(int line, String reason) {
        problems.putIfAbsent(line, reason);
    }

    /**
     * Fails if anything is wrong.
     *
     * @throws CommandFailure with every line that is refused
     */
    void requireGood() {
        if (problems.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder(file + ": " + problems.size()
                + (problems.size() == 1 ? " line is" : " lines are") + " refused; nothing was stored");
        problems.forEach((line, reason) ->
                text.append('\n').append(place(line)).append(": ").append(reason));
        throw CommandFailure.refused(text.toString());
    }

    private void read(byte[] content) {
        String text;
        try {
            text = UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException notUtf8) {
            refuse(1, "the file is not UTF-8; save it as CSV in UTF-8");
            return;
        }
        List<String> lines = EnvParser.withoutByteOrderMark(text).lines().toList();
        if (lines.isEmpty() || lines.get(0).isBlank()) {
            refuse(
                    1,
                    "there is no header; the first line must name the columns, which are some of"
                            + " owner,name,roles,permissions,expires,not-before");
            return;
        }
        Pattern cell = cellPattern(separatorOf(lines.get(0)));
        List<String> columns = columns(lines.get(0), cell);
        for (int i = 1; i < lines.size() && !columns.isEmpty(); i++) {
            if (!lines.get(i).isBlank()) {
                readPerson(i + 1, cells(lines.get(i), cell), columns);
            }
        }
        if (people.isEmpty() && problems.isEmpty()) {
            refuse(1, "nobody is named; each line after the header is one key");
        }
    }

    private static char separatorOf(String header) {
        return header.indexOf(',') >= 0 ? ',' : header.indexOf(';') >= 0 ? ';' : header.indexOf('\t') >= 0 ? '\t' : ',';
    }

    private List<String> columns(String header, Pattern cell) {
        List<String> columns = cells(header, cell).stream()
                .map(name -> name.toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
        boolean good = columns.stream().distinct().count() == columns.size() && COLUMNS.containsAll(columns);
        if (!good) {
            refuse(
                    1,
                    "the header must name some of the columns owner, name, roles, permissions, expires and"
                            + " not-before, each once");
        }
        return good ? columns : List.of();
    }

    private void readPerson(int line, List<String> cells, List<String> columns) {
        if (cells.isEmpty()) {
            refuse(
                    line,
                    "it has a quote that is not closed, or text after a closing quote; a quote inside a cell"
                            + " is written twice");
            return;
        }
        if (cells.size() != columns.size()) {
            refuse(
                    line,
                    "it has " + cells.size() + " cells, and the header has " + columns.size()
                            + "; put a cell with a comma in quotes");
            return;
        }
        Map<String, String> named = new HashMap<>();
        for (int i = 0; i < cells.size(); i++) {
            if (!cells.get(i).isEmpty()) {
                named.put(columns.get(i), cells.get(i));
            }
        }
        people.add(new Person(line, Map.copyOf(named)));
    }

    /** Returns what finds one cell of a line after the other, and what ends it: a separator, or the end of the line. */
    private static Pattern cellPattern(char separator) {
        String blanks = "[\\s&&[^" + separator + "]]*+";
        String quoted = "\"((?:[^\"]|\"\")*+)\"" + blanks;
        String plain = "([^\"" + separator + "][^" + separator + "]*+|)";
        return Pattern.compile("\\G" + blanks + "(?:" + quoted + "|" + plain + ")(" + separator + "|\\z)");
    }

    /** Returns the cells of a line without the blanks around them; none if a quote is in a wrong place. */
    private static List<String> cells(String line, Pattern pattern) {
        List<String> cells = new ArrayList<>();
        Matcher cell = pattern.matcher(line);
        do {
            if (!cell.find()) {
                return List.of();
            }
            String quoted = cell.group(1);
            cells.add((quoted == null ? cell.group(2) : quoted.replace("\"\"", "\"")).strip());
        } while (!cell.group(3).isEmpty());
        return cells;
    }
}
