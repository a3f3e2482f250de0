package io.keyward.store;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.store.ChangeCause.Action;
import io.keyward.store.ChangeOutcome.Applied;
import io.keyward.store.ChangeOutcome.Failed;
import io.keyward.store.ChangeOutcome.Refused;
import java.time.Instant;
import java.util.Locale;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes each change as one line of the log.
 *
 * <p>For a refused or failed change it writes the reason and not the message, because a message may quote what the
 * caller sent.
 */
final class ChangeLog implements ChangeGuard {
    static final ChangeLog INSTANCE = new ChangeLog();

    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyManager.class);

    private ChangeLog() {}

    @Override
    public void after(ChangeCause cause, ChangeOutcome outcome) {
        if (outcome instanceof Applied applied) {
            LOG.info("{} key `{}`{}{}", done(cause.action()), applied.keyId(), details(cause, applied), by(cause));
        } else if (outcome instanceof Refused refused) {
            LOG.info("refused to {}: {}{}", attempted(cause, refused), reason(refused.problem()), by(cause));
        } else if (outcome instanceof Failed failed) {
            LOG.info("failed to {}: {}{}", attempted(cause, failed), reason(failed.problem()), by(cause));
        }
    }

    private static String done(Action action) {
        return switch (action) {
            case ISSUE -> "issued";
            case IMPORT -> "imported";
            case ROTATE -> "rotated";
            case CHANGE -> "changed";
            case DISABLE -> "disabled";
            case ENABLE -> "enabled";
            case REVOKE -> "revoked";
            case PURGE -> "purged";
            case UNDO -> "took back the last change of";
        };
    }

    private static String details(ChangeCause cause, Applied applied) {
        ApiKeyRecord after = applied.after();
        if (after == null) {
            return "";
        }
        return switch (cause.action()) {
            case ISSUE, IMPORT, CHANGE -> ": " + terms(after);
            case ROTATE -> ": " + terms(after) + ", the old secret " + endOfOld(after);
            case DISABLE, ENABLE, REVOKE, PURGE, UNDO -> "";
        };
    }

    private static String terms(ApiKeyRecord record) {
        Instant end = record.current().expiresAt();
        return "roles " + new TreeSet<>(record.roles()) + ", " + (end == null ? "without end" : "until " + end);
    }

    private static String endOfOld(ApiKeyRecord record) {
        return record.retiring()
                .map(HashedSecret::expiresAt)
                .map(end -> "until " + end)
                .orElse("ended");
    }

    private static String attempted(ChangeCause cause, ChangeOutcome outcome) {
        String id = outcome.keyId();
        return cause.action().name().toLowerCase(Locale.ROOT) + (id == null ? " a key" : " key `" + id + "`");
    }

    private static String reason(Throwable problem) {
        return problem instanceof ChangeRefusedException refused
                ? refused.reason().toString()
                : problem.getClass().getSimpleName();
    }

    private static String by(ChangeCause cause) {
        Actor actor = cause.actor();
        String by = switch (actor.kind()) {
            case APPLICATION -> "";
            case KEY -> ", for key `" + actor.id() + "`";
            case OPERATOR, JOB -> ", by " + actor.label();
        };
        return cause.requestId() == null ? by : by + ", request " + cause.requestId();
    }
}
