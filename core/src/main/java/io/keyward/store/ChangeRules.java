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

/** Checks one change of one key before anything is stored, against the ring in force and the time of the change. */
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

    /** Returns what the supplier makes of the caller's values; refuses values that are not valid. */
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
            throw refused(Reason.STALE, "somebody else changed it since it was read; read it again and decide again");
        }
    }

    void requireNotRevoked(ApiKeyRecord record) {
        if (record.state() == KeyState.REVOKED) {
            throw refused(Reason.REVOKED, "it is revoked, which is final; issue a new one");
        }
    }

    /** Refuses a record with unknown attributes, because nobody can know what the change does to them. */
    void requireUnderstood(ApiKeyRecord record) {
        Set<String> unknown = record.unknownAttributes();
        if (!unknown.isEmpty()) {
            throw refused(
                    Reason.UNSUPPORTED,
                    "it has attributes that this version does not know, " + new TreeSet<>(unknown)
                            + ", and is rejected anyway; change it with the version that set them");
        }
    }

    /** Refuses a key whose previous secret is still valid, because a record has at most two secrets. */
    void requireNoOverlap(ApiKeyRecord record) {
        record.retiring().filter(old -> !KeyTimes.isPast(old.expiresAt(), now)).ifPresent(old -> {
            throw refused(
                    Reason.OVERLAP,
                    "after an earlier rotation its secret no. " + old.ordinal() + " stays valid until "
                            + old.expiresAt() + ", and another rotation would end it now; wait until then, or drop the"
                            + " old secret");
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

    /** Refuses a secret that would never be valid, or that has expired. */
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

    /** Refuses a key that may do more than its maker, because managing keys must not give anyone more rights. */
    void requireMakerCovers(ApiKeyRecord record) {
        if (maker == null) {
            return;
        }
        ApiKeyRecord makers = recordOf(maker);
        if (!requireDeclaredRoles(makers).covers(requireDeclaredRoles(record))) {
            throw refused(
                    Reason.EXCEEDS_MAKER,
                    "it has roles or permissions that key `" + maker.id() + "`, for which this is done, does not have");
        }
    }

    /** Refuses a key that would be valid for longer than its maker's key. */
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

    /** Returns the maker's record as it is now, because the key may have been revoked since it was verified. */
    private ApiKeyRecord recordOf(ApiKeyPrincipal principal) {
        return ring.find(principal.id())
                .filter(record -> record.state() == KeyState.ACTIVE)
                .filter(record -> record.unknownAttributes().isEmpty())
                .filter(record -> record.secrets().stream().anyMatch(this::isValid))
                .orElseThrow(() -> refused(
                        Reason.EXCEEDS_MAKER,
                        "key `" + principal.id() + "`, for which this is done, is no longer valid"));
    }

    private boolean isValid(HashedSecret secret) {
        Instant notBefore = secret.notBefore();
        return (notBefore == null || !now.isBefore(notBefore)) && !KeyTimes.isPast(secret.expiresAt(), now);
    }

    private ChangeRefusedException refused(Reason reason, String message) {
        String subject = keyId == null ? "new key: " : "key `" + keyId + "`: ";
        return new ChangeRefusedException(reason, keyId, subject + message);
    }
}
