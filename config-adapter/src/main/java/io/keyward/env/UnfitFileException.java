package io.keyward.env;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Says why a file that exists is not accepted as a key file. Reports print the reason as it is. */
public final class UnfitFileException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    UnfitFileException(Path path, String reason) {
        super(path.toString(), null, reason);
    }
}
