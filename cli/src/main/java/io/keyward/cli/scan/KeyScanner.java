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

    /** How the lines of {@code git log -p} begin that name the place of the lines after them. */
    private static final byte[] COMMIT = "\ncommit ".getBytes(ISO_8859_1);

    private static final byte[] PATH = "\n+++ b/".getBytes(ISO_8859_1);

    private final @Nullable KeyFormat only;
    private final Map<String, String> hashes;
    private String commit = "";
    private String path = "";
    private final byte[] buffer = new byte[BUFFER];
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
        commit = "";
        path = "";
        int kept = 0;
        int reported = 0;
        long line = 1;
        while (true) {
            int count = plain.readNBytes(buffer, kept, BUFFER - kept);
            int limit = kept + count;
            bytesRead += count;
            scanBuffer(limit, reported, line, findings);
            if (limit < BUFFER) {
                return;
            }
            commit = lastAfter(COMMIT, limit, commit);
            path = lastAfter(PATH, limit, path);
            kept = OVERLAP;
            reported = OVERLAP;
            line += newlinesBefore(limit - kept);
            System.arraycopy(buffer, limit - kept, buffer, 0, kept);
        }
    }

    private int newlinesBefore(int end) {
        int count = 0;
        for (int i = 0; i < end; i++) {
            count += buffer[i] == '\n' ? 1 : 0;
        }
        return count;
    }

    /**
     * Looks for runs of 44 and more; what ended within the first {@code reported} bytes was reported with the last
     * buffer.
     */
    private void scanBuffer(int limit, int reported, long firstLine, Consumer<Finding> findings) {
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
                report(start, firstLine, findings);
            }
            if (end - start >= HASH && !hashes.isEmpty()) {
                findHashes(Math.max(start, reported - HASH + 1), end, firstLine, findings);
            }
            lowest = end;
            probe = end + TAIL;
        }
    }

    private void findHashes(int start, int end, long firstLine, Consumer<Finding> findings) {
        int digits = 0;
        for (int i = start; i < end; i++) {
            digits = Character.digit(buffer[i], 16) < 0 ? 0 : digits + 1;
            if (digits >= HASH) {
                int from = i + 1 - HASH;
                String id = hashes.get(new String(buffer, from, HASH, ISO_8859_1).toLowerCase(Locale.ROOT));
                if (id != null) {
                    findings.accept(new Finding(firstLine + newlinesBefore(from), placeOf(from), id, null, null));
                }
            }
        }
    }

    /**
     * Returns the rest of the last line before a position that begins with these bytes; if there is none, what is
     * known from earlier buffers.
     */
    private String lastAfter(byte[] start, int before, String known) {
        for (int i = before - start.length; i >= 0; i--) {
            if (buffer[i] == '\n' && Arrays.equals(buffer, i, i + start.length, start, 0, start.length)) {
                int from = i + start.length;
                int end = from;
                while (end < before && buffer[end] != '\n' && buffer[end] != '\r') {
                    end++;
                }
                return new String(buffer, from, end - from, UTF_8);
            }
        }
        return known;
    }

    private String placeOf(int position) {
        String file = lastAfter(PATH, position, path);
        if (file.isEmpty()) {
            return "";
        }
        String hash = lastAfter(COMMIT, position, commit);
        return hash.isEmpty() ? file : file + " in commit " + hash;
    }

    private void report(int start, long firstLine, Consumer<Finding> findings) {
        if (start == 0 || buffer[start - 1] != '_') {
            return;
        }
        int underscore = start - 1;
        for (int length = MIN_PREFIX; length <= Math.min(MAX_PREFIX, underscore); length++) {
            String text = new String(buffer, underscore - length, length + 1 + TAIL, ISO_8859_1);
            Optional<KeyFormat> format = only != null ? Optional.of(only) : KeyFormat.recognise(text);
            if (format.isPresent() && format.get().flawOf(text).isEmpty()) {
                long line = firstLine + newlinesBefore(start);
                ApiKey key = ApiKey.of(text);
                findings.accept(new Finding(line, placeOf(start), format.get().idOf(key), format.get(), key));
                return;
            }
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
