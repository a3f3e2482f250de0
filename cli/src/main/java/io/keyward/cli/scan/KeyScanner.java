package io.keyward.cli.scan;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.ApiKey;
import io.keyward.KeyFormat;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds issued keys in a stream of bytes, of one prefix or of any, whose check digits match.
 *
 * <p>After the prefix a key has 44 letters and digits in a row. So only every 44th byte is looked at; where it is a
 * letter or digit, the run around it is measured. In most text that touches a few bytes in a hundred.
 *
 * <p>Works on any encoding that keeps ASCII, and on UTF-16 and UTF-32. Finds hashes, too, if it is given some to look
 * for.
 */
final class KeyScanner {
    /** Characters after the underscore, see {@link KeyFormat}. */
    private static final int TAIL = 44;

    private static final int MIN_PREFIX = 2;
    private static final int MAX_PREFIX = 20;
    /** How much of a buffer is kept for the next one, so a key across two buffers is found. */
    private static final int OVERLAP = MAX_PREFIX + 1 + TAIL;

    private static final int BUFFER = 1 << 20;
    /** Hexadecimal digits of a hash. */
    private static final int HASH = 64;

    private static final boolean[] IS_TAIL = new boolean[256];

    static {
        for (char c = '0'; c <= 'z'; c++) {
            IS_TAIL[c] = c <= '9' || (c >= 'A' && c <= 'Z') || c >= 'a';
        }
    }

    private final @Nullable KeyFormat only;
    private final Map<String, String> hashes;
    private final byte[] buffer = new byte[BUFFER];
    /** How the lines of {@code git log -p} begin that name the place of the lines after them. */
    private final LastLine commit = new LastLine("\ncommit ");

    private final LastLine path = new LastLine("\n+++ b/");
    /** How much of the buffer was looked through for ends of lines, and the line there. */
    private int walked;

    private long line;
    private long bytesRead;

    /**
     * Makes a scanner, to be used by one thread.
     *
     * @param only the format of keys to look for; null for any
     * @param hashes the id of a key by the 64 lower-case hexadecimal digits of its hash
     */
    KeyScanner(@Nullable KeyFormat only, Map<String, String> hashes) {
        this.only = only;
        this.hashes = Map.copyOf(hashes);
    }

    /** Returns how many bytes were read so far, over all streams. */
    long bytesRead() {
        return bytesRead;
    }

    /** Reads a stream to its end and reports each key, and each hash that is looked for, with its line. */
    void scan(InputStream in, Consumer<Finding> findings) throws IOException {
        InputStream plain = new WithoutNul(in);
        commit.forget();
        path.forget();
        walked = 0;
        line = 1;
        int kept = 0;
        int reported = 0;
        while (true) {
            int count = plain.readNBytes(buffer, kept, BUFFER - kept);
            int limit = kept + count;
            bytesRead += count;
            scanBuffer(limit, reported, findings);
            if (limit < BUFFER) {
                return;
            }
            walkTo(limit);
            commit.endOfBuffer();
            path.endOfBuffer();
            kept = OVERLAP;
            reported = OVERLAP;
            for (int i = limit - kept; i < limit; i++) {
                line -= buffer[i] == '\n' ? 1 : 0;
            }
            walked = 0;
            System.arraycopy(buffer, limit - kept, buffer, 0, kept);
        }
    }

    /**
     * Counts lines up to a position, and notes what they name. Positions rise from one finding to the next, so many
     * findings cost no more than one.
     */
    private void walkTo(int position) {
        for (int i = walked; i < position; i++) {
            if (buffer[i] == '\n') {
                line++;
                commit.look(i);
                path.look(i);
            }
        }
        walked = Math.max(walked, position);
    }

    /**
     * Looks for runs of 44 and more; what ended within the first {@code reported} bytes was reported with the last
     * buffer.
     */
    private void scanBuffer(int limit, int reported, Consumer<Finding> findings) {
        int probe = TAIL - 1;
        int lowest = 0;
        while (probe < limit) {
            if (!IS_TAIL[buffer[probe] & 0xFF]) {
                lowest = probe + 1;
                probe += TAIL;
                continue;
            }
            int start = probe;
            while (start > lowest && IS_TAIL[buffer[start - 1] & 0xFF]) {
                start--;
            }
            int end = probe + 1;
            while (end < limit && IS_TAIL[buffer[end] & 0xFF]) {
                end++;
            }
            if (end - start >= TAIL && start + TAIL > reported) {
                report(start, findings);
            }
            if (end - start >= HASH && !hashes.isEmpty()) {
                findHashes(Math.max(start, reported - HASH + 1), end, findings);
            }
            lowest = end;
            probe = end + TAIL;
        }
    }

    private void findHashes(int start, int end, Consumer<Finding> findings) {
        int digits = 0;
        for (int i = start; i < end; i++) {
            digits = Character.digit(buffer[i], 16) < 0 ? 0 : digits + 1;
            if (digits >= HASH) {
                int from = i + 1 - HASH;
                String id = hashes.get(new String(buffer, from, HASH, ISO_8859_1).toLowerCase(Locale.ROOT));
                if (id != null) {
                    walkTo(from);
                    findings.accept(new Finding(line, placeOf(from), id, null, null));
                }
            }
        }
    }

    private String placeOf(int position) {
        String file = path.before(position);
        if (file.isEmpty()) {
            return "";
        }
        String hash = commit.before(position);
        return hash.isEmpty() ? file : file + " in commit " + hash;
    }

    private void report(int start, Consumer<Finding> findings) {
        if (start == 0 || buffer[start - 1] != '_') {
            return;
        }
        int underscore = start - 1;
        for (int length = MIN_PREFIX; length <= Math.min(MAX_PREFIX, underscore); length++) {
            String text = new String(buffer, underscore - length, length + 1 + TAIL, ISO_8859_1);
            Optional<KeyFormat> format = only != null ? Optional.of(only) : KeyFormat.recognise(text);
            if (format.isPresent() && format.get().flawOf(text).isEmpty()) {
                walkTo(start);
                ApiKey key = ApiKey.of(text);
                findings.accept(new Finding(line, placeOf(start), format.get().idOf(key), format.get(), key));
                return;
            }
        }
    }

    /** The last line that begins with certain bytes; its rest is in the buffer, or was in an earlier one. */
    private final class LastLine {
        private final byte[] start;
        private int from = -1;
        private String earlier = "";

        LastLine(String start) {
            this.start = start.getBytes(ISO_8859_1);
        }

        void forget() {
            from = -1;
            earlier = "";
        }

        /** Notes the line after this line end if it is such a line. */
        void look(int newline) {
            int end = newline + start.length;
            if (end <= BUFFER && Arrays.equals(buffer, newline, end, start, 0, start.length)) {
                from = end;
            }
        }

        /** Returns the rest of the line, as far as it is before a position; an empty text if there is no such line. */
        String before(int position) {
            if (from < 0) {
                return earlier;
            }
            int end = from;
            while (end < position && buffer[end] != '\n' && buffer[end] != '\r') {
                end++;
            }
            return new String(buffer, from, end - from, UTF_8);
        }

        void endOfBuffer() {
            earlier = before(BUFFER);
            from = -1;
        }
    }

    /**
     * A key or a hash that was found.
     *
     * @param line the line it is on, from 1
     * @param diff the file and commit that the output of {@code git log -p} names before it; empty if there are none
     * @param id the key's id
     * @param format the format of a key; null for a hash
     * @param key the key, never printed; null for a hash
     */
    record Finding(
            long line,
            String diff,
            String id,
            @Nullable KeyFormat format,
            @Nullable ApiKey key) {}
}
