package io.keyward.cli.terminal;

import io.keyward.config.KeyFile;
import picocli.CommandLine.Option;

/** The option that says how a key file is written. */
public final class WriteOptions {
    @Option(
            names = "--in-place",
            description = "Write into the key file instead of replacing it: a container that has the file as a mount of"
                    + " its own would not see a new file. This is the default where the file is such a"
                    + " mount, or where a new file cannot take its place.")
    private boolean inPlace;

    /** Returns the key file that is written so. */
    public KeyFile applyTo(KeyFile file) {
        return inPlace ? file.writingInPlace() : file;
    }
}
