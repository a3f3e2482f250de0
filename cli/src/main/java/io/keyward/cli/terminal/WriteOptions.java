package io.keyward.cli.terminal;

import io.keyward.config.KeyFile;
import picocli.CommandLine.Option;

/** The option that says how a key file is written. */
public final class WriteOptions {
    @Option(
            names = "--in-place",
            description =
                    "Write the key file where it is, and put no new file in its place: a container that sees the file"
                            + " through a mount of its own would not see the new one. Done without being asked where the file"
                            + " is such a mount, or a new file is refused.")
    private boolean inPlace;

    /** Returns the key file that is written so. */
    public KeyFile applyTo(KeyFile file) {
        return inPlace ? file.writingInPlace() : file;
    }
}
