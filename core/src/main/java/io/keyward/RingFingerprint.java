package io.keyward;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes a short text of all that is public of records, so that other records have another text. */
final class RingFingerprint {
    private static final int LENGTH = 16;

    private RingFingerprint() {}

    /** Returns the text: 32 hexadecimal digits. */
    static String of(Collection<ApiKeyRecord> records) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            records.stream().sorted(Comparator.comparing(ApiKeyRecord::id)).forEach(record -> add(digest, record));
            return HexFormat.of().formatHex(digest.digest(), 0, LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void add(MessageDigest digest, ApiKeyRecord record) {
        addValues(digest, "record", record.id(), record.owner(), record.name(), record.state());
        addSet(digest, record.roles());
        addSet(digest, record.permissions());
        addMap(digest, record.metadata());
        addMap(digest, record.attributes());
        for (HashedSecret secret : record.secrets()) {
            addValues(digest, "secret", secret.ordinal(), secret.notBefore(), secret.expiresAt());
        }
        addValues(digest, record.createdAt(), record.createdBy(), record.changedAt(), record.changedBy());
    }

    private static void addSet(MessageDigest digest, Collection<?> values) {
        TreeSet<String> sorted = new TreeSet<>();
        values.forEach(value -> sorted.add(value.toString()));
        addValues(digest, sorted.size());
        sorted.forEach(value -> addValues(digest, value));
    }

    private static void addMap(MessageDigest digest, Map<String, String> values) {
        addValues(digest, values.size());
        new TreeMap<>(values).forEach((name, value) -> addValues(digest, name, value));
    }

    /** Each value has its length before it, so that no two lists of values are the same bytes. */
    private static void addValues(MessageDigest digest, @Nullable Object... values) {
        for (Object value : values) {
            byte[] bytes = value == null ? new byte[0] : value.toString().getBytes(UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES)
                    .putInt(value == null ? -1 : bytes.length)
                    .array());
            digest.update(bytes);
        }
    }
}
