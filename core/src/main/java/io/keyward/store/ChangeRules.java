package io.keyward.store;

import io.keyward.ApiKeyPrincipal;
import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyRing;
import io.keyward.KeyState;
import io.keyward.role.Grants;
import io.keyward.store.ChangeRefusedException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Judges one change of one key before anything is stored, by the ring in force and the time at which it is made. */
final class ChangeRules {
    private final KeyRing ring;
    private final Instant now;
    private final @Nullable ApiKeyPrincipal maker;
    private final @Nullable String keyId;

    /**
     * Creates the rules of one change.
     *
     * @param maker for whom it is made; null for the application itself
     * @param keyId the key that is changed; null for one that is issued
     */
    ChangeRules(KeyRing ring, Instant now, @Nullable ApiKeyPrincipal maker, @Nullable String keyId) {
        this.ring = ring;
        this.now = now;
        this.maker = maker;
        this.keyId = keyId;
    }

    Instant now() {
        return now;
    }

    /** Returns what the supplier makes of values that the caller gave, or says which cannot be. */
    <T> T possible(Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw refused(Reason.INVALID, String.valueOf(e.getMessage()));
        }
    }

    /** Refuses a record that is not the one that was read; null for any version. */
    void requireVersion(ApiKeyRecord record, @Nullable Long expected) {
        if (expected != null && record.version() != expected) {
            throw refused(Reason.STALE, "somebody else changed it since it was read; read it again and decide anew");
        }
    }

    void requireNotRevoked(ApiKeyRecord record) {
        if (record.state() == KeyState.REVOKED) {
            throw refused(Reason.REVOKED, "it is revoked, which is final; issue a new one");
        }
    }

    /** Refuses a record of which a part is not understood: what a change does to that part cannot be known. */
    void requireUnderstood(ApiKeyRecord record) {
        Set<String> unknown = record.unknownAttributes();
        if (!unknown.isEmpty()) {
            throw refused(
                    Reason.UNSUPPORTED,
                    "it has attributes that this version does not know, " + new TreeSet<>(unknown)
                            + ", and is rejected here as it is; change it with the version that set them");
        }
    }

    /** Refuses a key of which the secret before the current one is valid still: two secrets are the most. */
    void requireNoOverlap(ApiKeyRecord record) {
        record.retiring().filter(old -> !KeyTimes.isPast(old.expiresAt(), now)).ifPresent(old -> {
            throw refused(
                    Reason.OVERLAP,
                    "its secret no. " + old.ordinal() + " stays valid until " + old.expiresAt()
                            + " since an earlier rotation, and another rotation would end it now; wait until then, or say"
                            + " that the old secret is to be dropped");
        });
    }

    /** Returns the end of an overlap that begins now. */
    Instant endOf(Duration overlap) {
        if (overlap.isNegative()) {
            throw refused(Reason.INVALID, "overlap (" + overlap + ") must not be negative");
        }
        Instant end = KeyTimes.after(now, overlap);
        requireWritable("end of the overlap", end);
        return end;
    }

    /** Refuses a secret that would never count, or not any more. */
    void requireWindow(HashedSecret secret) {
        Instant notBefore = secret.notBefore();
        Instant end = secret.expiresAt();
        requireWritable("beginning", notBefore);
        requireWritable("end", end);
        if (KeyTimes.isPast(end, now)) {
            throw refused(Reason.INVALID, "its end (" + end + ") must be after the present (" + now + ")");
        }
        if (secret.isWindowEmpty()) {
            throw refused(Reason.INVALID, "its end (" + end + ") must be after its beginning (" + notBefore + ")");
        }
    }

    private void requireWritable(String what, @Nullable Instant time) {
        if (!KeyTimes.canBeWritten(time)) {
            throw refused(Reason.INVALID, what + " (" + time + ") must lie in the years 1 to 9999");
        }
    }

    /** Returns what a record may do; refuses roles that the ring does not know. */
    Grants requireDeclaredRoles(ApiKeyRecord record) {
        return possible(() -> ring.roles().grant(record.roles(), record.permissions()));
    }

    /** Refuses a key that may do what its maker may not: who can manage keys must not gain by it. */
    void requireMakerCovers(ApiKeyRecord record) {
        if (maker == null) {
            return;
        }
        ApiKeyRecord makers = recordOf(maker);
        if (!requireDeclaredRoles(makers).covers(requireDeclaredRoles(record))) {
            throw refused(
                    Reason.EXCEEDS_MAKER,
                    "it has roles or permissions that key `" + maker.id() + "`, for which this is done, has not");
        }
    }

    /** Refuses a key that counts longer than its maker. */
    void requireMakerOutlives(ApiKeyRecord record) {
        if (maker == null) {
            return;
        }
        Instant makersEnd = recordOf(maker).current().expiresAt();
        Instant end = record.current().expiresAt();
        if (makersEnd != null && (end == null || end.isAfter(makersEnd))) {
            throw refused(
                    Reason.EXCEEDS_MAKER,
                    "its end (" + (end == null ? "never" : end) + ") must not be after the end (" + makersEnd
                            + ") of key `" + maker.id() + "`, for which this is done");
        }
    }

    /** Returns the maker's record as it is now; what was verified may be revoked since. */
    private ApiKeyRecord recordOf(ApiKeyPrincipal principal) {
        return ring.find(principal.id())
                .filter(record -> record.state() == KeyState.ACTIVE)
                .filter(record -> record.unknownAttributes().isEmpty())
                .filter(record -> record.secrets().stream().anyMatch(this::counts))
                .orElseThrow(() -> refused(
                        Reason.EXCEEDS_MAKER,
                        "key `" + principal.id() + "`, for which this is done, no longer counts"));
    }

    private boolean counts(HashedSecret secret) {
        Instant notBefore = secret.notBefore();
        return (notBefore == null || !now.isBefore(notBefore)) && !KeyTimes.isPast(secret.expiresAt(), now);
    }

    private ChangeRefusedException refused(Reason reason, String message) {
        String subject = keyId == null ? "new key: " : "key `" + keyId + "`: ";
        return new ChangeRefusedException(reason, keyId, subject + message);
    }
}
