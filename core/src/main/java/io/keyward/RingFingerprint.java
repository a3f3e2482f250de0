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

    private final MessageDigest digest;

    private RingFingerprint(MessageDigest digest) {
        this.digest = digest;
    }

    /** Returns the text: 32 hexadecimal digits. */
    static String of(Collection<ApiKeyRecord> records) {
        try {
            RingFingerprint fingerprint = new RingFingerprint(MessageDigest.getInstance("SHA-256"));
            records.stream().sorted(Comparator.comparing(ApiKeyRecord::id)).forEach(fingerprint::add);
            return HexFormat.of().formatHex(fingerprint.digest.digest(), 0, LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private void add(ApiKeyRecord record) {
        add("record", record.id(), record.owner(), record.name(), record.state());
        addAll(record.roles());
        addAll(record.permissions());
        addAll(record.metadata());
        addAll(record.attributes());
        for (HashedSecret secret : record.secrets()) {
            add("secret", secret.ordinal(), secret.notBefore(), secret.expiresAt());
        }
        add(record.createdAt(), record.createdBy(), record.changedAt(), record.changedBy());
    }

    private void addAll(Collection<?> values) {
        TreeSet<String> sorted = new TreeSet<>();
        values.forEach(value -> sorted.add(value.toString()));
        add(sorted.size());
        sorted.forEach(this::add);
    }

    private void addAll(Map<String, String> values) {
        add(values.size());
        new TreeMap<>(values).forEach(this::add);
    }

    /** Each value has its length before it, so that no two lists of values are the same bytes. */
    private void add(@Nullable Object... values) {
        for (Object value : values) {
            byte[] bytes = value == null ? new byte[0] : value.toString().getBytes(UTF_8);
            digest.update(ByteBuffer.allocate(Integer.BYTES)
                    .putInt(value == null ? -1 : bytes.length)
                    .array());
            digest.update(bytes);
        }
    }
}
