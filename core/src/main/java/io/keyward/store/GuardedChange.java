package io.keyward.store;

import io.keyward.ApiKeyRecord;
import io.keyward.store.ChangeOutcome.Applied;
import io.keyward.store.ChangeOutcome.Failed;
import io.keyward.store.ChangeOutcome.Refused;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the guards of a manager, in their order. May be shared between threads. */
final class GuardedChange {
    private static final Logger LOG = LoggerFactory.getLogger(ApiKeyManager.class);

    private final List<ChangeGuard> guards;

    GuardedChange(List<ChangeGuard> guards) {
        this.guards = guards;
    }

    /**
     * Makes a change, and notifies the guards if it ends with an exception; {@link #applied} notifies them otherwise.
     */
    <T> T run(ChangeCause cause, @Nullable String keyId, Supplier<T> change) {
        try {
            return change.get();
        } catch (Stopped stopped) {
            notifyGuards(cause, new Refused(keyId, stopped.problem));
            GuardedChange.<RuntimeException>rethrow(stopped.problem);
            throw new AssertionError("not reached", stopped);
        } catch (ChangeRefusedException | StoreConflictException refused) {
            notifyGuards(cause, new Refused(keyId, refused));
            throw refused;
        } catch (Throwable failure) {
            notifyGuards(cause, new Failed(keyId, failure));
            throw failure;
        }
    }

    void before(ChangeCause cause, @Nullable ApiKeyRecord before, @Nullable ApiKeyRecord after) {
        try {
            guards.forEach(guard -> guard.before(cause, before, after));
        } catch (Throwable problem) {
            throw new Stopped(problem);
        }
    }

    void applied(ChangeCause cause, @Nullable ApiKeyRecord before, @Nullable ApiKeyRecord after) {
        notifyGuards(cause, new Applied(before, after));
    }

    /** The change is stored or refused by now, so an exception of a guard is only logged. */
    private void notifyGuards(ChangeCause cause, ChangeOutcome outcome) {
        for (ChangeGuard guard : guards) {
            try {
                guard.after(cause, outcome);
            } catch (Throwable e) {
                LOG.error("a change guard failed after a change; the change stays as it is", e);
            }
        }
    }

    /** Throws what a guard threw, which may be a checked exception if the guard is written in another language. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void rethrow(Throwable problem) throws E {
        throw (E) problem;
    }

    /** Carries the exception of a guard past the code that catches exceptions of the store. */
    private static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Throwable problem;

        Stopped(Throwable problem) {
            super(null, problem, false, false);
            this.problem = problem;
        }
    }
}
