package io.keyward.jdbc;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pooler in transaction mode, as far as one client at a time goes: it speaks PostgreSQL's protocol, gives each
 * transaction of a client another session of the server, discards what the session holds after each, and swallows
 * notifications.
 */
final class TransactionPooler implements AutoCloseable {
    private static final int SESSIONS = 3;
    /**
     * What a session still holds when a transaction has ended. The driver sets two of the settings when it connects, and
     * one is of the transaction of this question.
     */
    private static final String HELD = "select 'setting ' || name || '=' || setting from pg_catalog.pg_settings"
            + " where source = 'session' and name not in ('application_name', 'extra_float_digits', 'transaction_isolation')"
            + " union all select 'advisory lock' from pg_catalog.pg_locks"
            + " where locktype = 'advisory' and pid = pg_catalog.pg_backend_pid()"
            + " union all select 'channel ' || c from pg_catalog.pg_listening_channels() c"
            + " union all select 'statement ' || name from pg_catalog.pg_prepared_statements"
            + " union all select 'cursor ' || name from pg_catalog.pg_cursors where is_holdable"
            + " union all select 'temporary table' from pg_catalog.pg_class"
            + " where relnamespace = pg_catalog.pg_my_temp_schema()";

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicInteger transactions = new AtomicInteger();
    private final Set<String> held = new ConcurrentSkipListSet<>();
    private final int target;

    TransactionPooler(int target) throws IOException {
        this.target = target;
        start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Returns how many transactions have ended, each of which had a session of its own. */
    int transactions() {
        return transactions.get();
    }

    /** Returns what sessions held after a transaction, and lost. */
    Set<String> held() {
        return held;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listening.accept();
                sockets.add(client);
                start(() -> serve(client));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(Socket socket) {
        Session[] sessions = new Session[SESSIONS];
        try (socket) {
            Session client = new Session(socket);
            byte[] startup = client.startup();
            for (int i = 0; i < SESSIONS; i++) {
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(server);
                sessions[i] = new Session(server);
                sessions[i].out.write(startup);
                relay(sessions[i], i == 0 ? client : null);
            }
            int current = 0;
            while (true) {
                Message message;
                do {
                    message = client.read();
                    if (message.type == 'X') {
                        return;
                    }
                    sessions[current].write(message);
                } while (message.type != 'S' && message.type != 'Q');
                if (relay(sessions[current], client) == 'I') {
                    held.addAll(sessions[current].ask(HELD));
                    sessions[current].ask("discard all");
                    transactions.incrementAndGet();
                    current = (current + 1) % SESSIONS;
                }
            }
        } catch (IOException e) {
            // one side has gone
        } finally {
            for (Session session : sessions) {
                if (session != null) {
                    session.close();
                }
            }
        }
    }

    /** Passes on an answer, to its end, and returns the state of the transaction. */
    private static byte relay(Session server, Session client) throws IOException {
        server.out.flush();
        while (true) {
            Message message = server.read();
            if (message.type != 'A' && client != null) {
                client.write(message);
            }
            if (message.type == 'Z') {
                if (client != null) {
                    client.out.flush();
                }
                return message.body[0];
            }
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "pooler");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private record Message(int type, byte[] body) {}

    private static final class Session {
        private final Socket socket;
        private final DataInputStream in;
        private final DataOutputStream out;

        private Session(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        }

        /** The first message has no type. */
        private byte[] startup() throws IOException {
            int length = in.readInt();
            byte[] all = new byte[length];
            in.readFully(all, Integer.BYTES, length - Integer.BYTES);
            all[0] = (byte) (length >>> 24);
            all[1] = (byte) (length >>> 16);
            all[2] = (byte) (length >>> 8);
            all[3] = (byte) length;
            return all;
        }

        private Message read() throws IOException {
            int type = in.readUnsignedByte();
            byte[] body = new byte[in.readInt() - Integer.BYTES];
            in.readFully(body);
            return new Message(type, body);
        }

        private void write(Message message) throws IOException {
            out.writeByte(message.type);
            out.writeInt(message.body.length + Integer.BYTES);
            out.write(message.body);
        }

        /** Runs a statement of the pooler's own, and returns the first column of its rows. */
        private Set<String> ask(String sql) throws IOException {
            byte[] text = (sql + "\0").getBytes(StandardCharsets.UTF_8);
            write(new Message('Q', text));
            out.flush();
            Set<String> rows = new ConcurrentSkipListSet<>();
            for (Message message = read(); message.type != 'Z'; message = read()) {
                if (message.type == 'E') {
                    throw new IllegalStateException(new String(message.body, StandardCharsets.UTF_8));
                }
                if (message.type == 'D') {
                    // two bytes for the number of columns, four for the length of the first
                    rows.add(new String(message.body, 6, message.body.length - 6, StandardCharsets.UTF_8));
                }
            }
            return rows;
        }

        private void close() {
            try {
                socket.close();
            } catch (IOException e) {
                // it is gone, which is what was meant
            }
        }
    }
}
