package io.keyward.cli;

import java.io.IOException;
import java.io.OutputStream;

/** Refuses all bytes that are written to it. */
final class BrokenStream extends OutputStream {
    private final String reason;

    BrokenStream(String reason) {
        this.reason = reason;
    }

    @Override
    public void write(int b) throws IOException {
        throw new IOException(reason);
    }
}
