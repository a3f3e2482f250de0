package io.keyward.examples.coordinator;

import java.nio.file.Path;

/** A coordinator within this process, for what is about neither its process nor its jar. */
final class CoordinatorHere implements AutoCloseable {
    private final CoordinatorKeys keys;
    private final CoordinatorServer server;
    private final String url;

    private CoordinatorHere(CoordinatorKeys keys) throws Exception {
        this.keys = keys;
        this.server = new CoordinatorServer(keys, 0);
        this.url = server.start();
    }

    /** Serves the keys of a file on a free port. */
    static CoordinatorHere serving(Path envFile) throws Exception {
        return new CoordinatorHere(CoordinatorKeys.ofFile(envFile));
    }

    /** Serves the keys of a database on a free port. */
    static CoordinatorHere servingDatabase(String url, String user, String password) throws Exception {
        return new CoordinatorHere(CoordinatorKeys.ofDatabase(url, user, password));
    }

    String url() {
        return url;
    }

    @Override
    public void close() throws Exception {
        try (keys) {
            server.stop();
        }
    }
}
