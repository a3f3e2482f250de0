package io.keyward.examples.coordinator;

import io.keyward.config.ConfigException;
import io.keyward.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Starts the coordinator: {@code java -jar keyward-coordinator.jar --env-file PATH --port N}, or with
 * {@code --jdbc-url URL --jdbc-user USER} and the password in {@code KEYWARD_JDBC_PASSWORD}, as one of several that
 * share a database. Without any of these it reads {@code .env} of its working directory.
 *
 * <p>Listens on the loopback address only, follows the file or the database, stops on SIGTERM and Ctrl-C. Exit code 1:
 * the keys cannot be used, and the message says where and why; 2: the command line is wrong.
 */
public final class Coordinator {
    private static final String USAGE = "usage: java -jar keyward-coordinator.jar"
            + " [--env-file PATH | --jdbc-url URL [--jdbc-user USER]] [--port N]";
    private static final int DEFAULT_PORT = 8000;

    private Coordinator() {}

    /** Runs the service until it is told to stop. */
    public static void main(String[] args) throws Exception {
        Path envFile = null;
        String url = null;
        String user = null;
        int port = DEFAULT_PORT;
        for (int i = 0; i < args.length; i += 2) {
            if (i + 1 == args.length) {
                throw exit(2, args[i] + " needs a value\n" + USAGE);
            }
            switch (args[i]) {
                case "--env-file" -> envFile = Path.of(args[i + 1]);
                case "--jdbc-url" -> url = args[i + 1];
                case "--jdbc-user" -> user = args[i + 1];
                case "--port" -> port = port(args[i + 1]);
                default -> throw exit(2, "unknown option " + args[i] + "\n" + USAGE);
            }
        }
        if (envFile != null && url != null) {
            throw exit(2, "name the keys by --env-file or by --jdbc-url, not by both\n" + USAGE);
        }
        CoordinatorKeys keys = url != null ? keysOf(url, user) : keysOf(envFile == null ? Path.of(".env") : envFile);
        serve(keys, port, "--port N", address -> System.out.println("listening on " + address));
    }

    private static CoordinatorKeys keysOf(Path envFile) {
        try {
            return CoordinatorKeys.ofFile(envFile);
        } catch (ConfigException e) {
            throw exit(1, String.valueOf(e.getMessage()));
        }
    }

    private static CoordinatorKeys keysOf(String url, @Nullable String user) {
        try {
            return CoordinatorKeys.ofDatabase(url, user, System.getenv("KEYWARD_JDBC_PASSWORD"));
        } catch (StoreException e) {
            throw exit(1, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Serves the keys of a file until the process is told to stop; exits where the file or the port cannot be used.
     *
     * @param portOption the option for another port, named where this one cannot be used
     * @param ready is given the address once the service answers there
     */
    static void serve(Path envFile, int port, String portOption, Consumer<String> ready) throws Exception {
        serve(keysOf(envFile), port, portOption, ready);
    }

    private static void serve(CoordinatorKeys keys, int port, String portOption, Consumer<String> ready)
            throws Exception {
        CoordinatorServer server = new CoordinatorServer(keys, port);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, keys), "stop"));
        keys.details().get().forEach(System.err::println);
        ready.accept(start(server, port, portOption));
        server.join();
    }

    private static String start(CoordinatorServer server, int port, String portOption) throws Exception {
        try {
            return server.start();
        } catch (IOException e) {
            throw exit(
                    1,
                    "cannot listen on port " + port + ": " + e.getMessage() + "; choose another one with "
                            + portOption);
        }
    }

    private static void stop(CoordinatorServer server, CoordinatorKeys keys) {
        System.err.println("stopping");
        try (keys) {
            server.stop();
        } catch (Exception e) {
            System.err.println("did not stop cleanly: " + e);
        }
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65_535) {
                return port;
            }
        } catch (NumberFormatException notANumber) {
            // falls through to the one message for both
        }
        throw exit(2, "--port must be 0 to 65535\n" + USAGE);
    }

    private static IllegalStateException exit(int code, String message) {
        System.err.println(message);
        System.exit(code);
        return new IllegalStateException("not reached");
    }
}
