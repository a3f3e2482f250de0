package io.keyward.cli.scan;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Unpacks streams to their plain bytes: gzip, zip (also as jar, war and docx), zlib, and any of them inside another.
 *
 * <p>Reports what it cannot open, so nobody takes it for searched. For one thread.
 */
final class Unpacker {
    private static final int MAGIC = 6;
    private static final int MAX_DEPTH = 8;
    /** An archive of a few kilobytes can unpack to more than any disk holds. */
    private static final long MAX_BYTES = 8L << 30;

    private static final Pattern NAME_OF_ZIP = Pattern.compile("(?i).*\\.(?:zip|jar|war|ear)");
    /** The first bytes of the formats that the JDK cannot unpack. */
    private static final Map<String, String> CLOSED = Map.of(
            "fd377a585a00", "xz",
            "425a68", "bzip2",
            "28b52ffd", "Zstandard",
            "377abcaf271c", "7-Zip",
            "526172211a07", "RAR",
            "04224d18", "LZ4",
            "5041434b0000", "a pack of Git, which --git searches");

    private final Contents contents;
    private long unpacked;

    Unpacker(Contents contents) {
        this.contents = contents;
    }

    /** Takes what is in a stream. */
    interface Contents {
        /** Takes plain bytes, and reads them to their end. */
        void plain(String name, InputStream in) throws IOException;

        /** Takes the name of what cannot be opened, and why. */
        void closed(String name, String reason);
    }

    /**
     * Passes on what is in a stream.
     *
     * @throws IOException if the stream itself cannot be read
     */
    void open(String name, InputStream in) throws IOException {
        unpacked = 0;
        open(name, in, 0);
    }

    private void open(String name, InputStream in, int depth) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in);
        buffered.mark(MAGIC);
        String magic = HexFormat.of().formatHex(buffered.readNBytes(MAGIC));
        buffered.reset();
        String closed = CLOSED.entrySet().stream()
                .filter(entry -> magic.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("");
        if (!closed.isEmpty()) {
            contents.closed(name, "it is " + closed);
        } else if (magic.startsWith("504b0304")) {
            openZip(name, buffered, depth + 1);
        } else if (magic.startsWith("1f8b08")) {
            openPacked(name, depth + 1, () -> new GZIPInputStream(buffered));
        } else if (magic.matches("78(?:01|5e|9c|da).*") && name.contains(".git/objects/")) {
            openPacked(name, depth + 1, () -> new InflaterInputStream(buffered));
        } else {
            if (NAME_OF_ZIP.matcher(name).matches() && !magic.startsWith("504b0506")) {
                contents.closed(name, "it does not begin like a zip file");
            }
            contents.plain(name, buffered);
        }
    }

    private void openZip(String name, InputStream in, int depth) {
        openPacked(name, depth, () -> new ZipInputStream(in), zip -> {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                open(name + "!/" + entry.getName(), new Bounded(zip), depth);
            }
        });
    }

    private void openPacked(String name, int depth, Opening<InputStream> opening) {
        openPacked(name, depth, opening, in -> open(name, new Bounded(in), depth));
    }

    private <S extends InputStream> void openPacked(String name, int depth, Opening<S> opening, Reading<S> reading) {
        if (depth > MAX_DEPTH) {
            contents.closed(name, "it is an archive in more than " + MAX_DEPTH + " others");
            return;
        }
        try {
            reading.read(opening.open());
        } catch (IOException | IllegalArgumentException e) {
            // The JDK's messages name the defect, and hold nothing of the content.
            String message = String.valueOf(e.getMessage());
            contents.closed(name, "it cannot be unpacked (" + message.toLowerCase(Locale.ROOT) + ")");
        }
    }

    private interface Opening<S> {
        S open() throws IOException;
    }

    private interface Reading<S> {
        void read(S in) throws IOException;
    }

    /** Stops an archive that unpacks to too much. Leaves the stream open: the next entry of a zip comes from it. */
    private final class Bounded extends FilterInputStream {
        Bounded(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            unpacked += Math.max(0, count);
            if (unpacked > MAX_BYTES) {
                throw new IOException("it holds more than " + (MAX_BYTES >> 30) + " GiB");
            }
            return count;
        }

        @Override
        public void close() {
            // An entry ends with its stream still in use.
        }
    }
}
