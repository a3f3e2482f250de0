package io.keyward;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Lends a thread what one hash needs: an engine and buffers, so that a verification allocates nothing.
 *
 * <p>A desk is a bare array that holds types of the JDK alone. A container's threads outlive the application; had a desk
 * a class of ours, each of them would keep the application's class loader alive.
 *
 * <p>A platform thread keeps its desk. Virtual threads, of which there may be millions, borrow one of a small fixed number;
 * when all are out, a new one is made and dropped afterwards.
 */
final class Desks {
    static final int ENGINE = 0;
    static final int BYTES = 1;
    static final int CRC = 2;

    /** Where in {@link #BYTES} the 32 bytes of a result stand. */
    static final int RESULT = 0;

    static final int RESULT_LENGTH = 32;

    /** Where in {@link #BYTES} the text stands that is hashed. */
    static final int TEXT = RESULT + RESULT_LENGTH;

    private static final MethodHandle IS_VIRTUAL = isVirtualHandle();

    /** So many desks, beside each other, are a virtual thread's to borrow. */
    private static final int PROBES = 4;

    /** References from one thread's places to another's, and to the length of the array: no cache line has two of them. */
    private static final int APART = 32;

    private final Supplier<Object> engines;
    private final ThreadLocal<Object[]> own;
    private final int groups = Integer.highestOneBit(Runtime.getRuntime().availableProcessors()) * 2;
    private final AtomicReferenceArray<Object @Nullable []> shared = new AtomicReferenceArray<>((1 + groups) * APART);

    Desks(Supplier<Object> engines) {
        this.engines = engines;
        this.own = ThreadLocal.withInitial(this::newDesk);
    }

    /** Lends a desk that has been put away clean; a thread may hold one at a time. */
    Object[] take() {
        return isVirtual() ? borrow() : own();
    }

    /** Takes a desk back after {@link KeyText#wipe}. One that is not given back, because a hash failed, is not used again. */
    void giveBack(Object[] desk) {
        if (isVirtual()) {
            int start = start();
            for (int i = 0; i < PROBES; i++) {
                if (shared.compareAndSet(start + i, null, desk)) {
                    return;
                }
            }
        }
    }

    /**
     * Returns this thread's desk. Where a text still lies on it, the engine failed, perhaps for want of stack, and may have
     * part of that text in it; to find this here costs less than a {@code finally} there, and is surer.
     */
    private Object[] own() {
        Object[] desk = own.get();
        if (((byte[]) desk[BYTES])[TEXT] != 0) {
            desk = newDesk();
            own.set(desk);
        }
        return desk;
    }

    private Object[] borrow() {
        int start = start();
        for (int i = 0; i < PROBES; i++) {
            Object[] desk = shared.getAndSet(start + i, null);
            if (desk != null) {
                return desk;
            }
        }
        return newDesk();
    }

    private int start() {
        int group = (int) Thread.currentThread().getId() & (groups - 1);
        return (1 + group) * APART;
    }

    /** Returns a desk that is nobody's. */
    Object[] newDesk() {
        return new Object[] {engines.get(), new byte[TEXT + ApiKey.MAX_LENGTH], new CRC32()};
    }

    private static boolean isVirtual() {
        try {
            return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("Thread.isVirtual failed", e);
        }
    }

    /** {@code Thread.isVirtual} where the JDK has it (21 and later); a constant for the compiler in either case. */
    private static MethodHandle isVirtualHandle() {
        MethodType type = MethodType.methodType(boolean.class);
        try {
            return MethodHandles.publicLookup().findVirtual(Thread.class, "isVirtual", type);
        } catch (ReflectiveOperationException noVirtualThreads) {
            return MethodHandles.dropArguments(MethodHandles.constant(boolean.class, false), 0, Thread.class);
        }
    }
}
