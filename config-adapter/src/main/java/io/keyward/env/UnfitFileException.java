package io.keyward.env;

import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** Says why a file is not taken as a key file, although it could be opened. The reason goes into reports as it is. */
public final class UnfitFileException extends FileSystemException {
    private static final long serialVersionUID = 1L;

    UnfitFileException(Path path, String reason) {
        super(path.toString(), null, reason);
    }
}
