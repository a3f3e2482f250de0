package io.keyward.cli.scan;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Removes the NUL bytes of a stream. An ASCII text in UTF-16 or UTF-32 becomes plain ASCII, and plain ASCII stays as
 * it is.
 */
final class WithoutNul extends FilterInputStream {
    WithoutNul(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        int b = super.read();
        while (b == 0) {
            b = super.read();
        }
        return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        while (count > 0) {
            int kept = compact(bytes, offset, count);
            if (kept > 0) {
                return kept;
            }
            count = super.read(bytes, offset, length);
        }
        return count;
    }

    private static int compact(byte[] bytes, int offset, int count) {
        int to = offset;
        for (int from = offset; from < offset + count; from++) {
            if (bytes[from] != 0) {
                bytes[to++] = bytes[from];
            }
        }
        return to - offset;
    }
}
