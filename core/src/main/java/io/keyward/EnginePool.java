package io.keyward;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Lends a thread a kit: the engine and the buffers that one hash needs, so that a verification allocates nothing.
 *
 * <p>A kit is an array that holds only JDK types. An object of a class of ours would keep the application's class
 * loader reachable from the container's threads, which outlive the application.
 *
 * <p>A platform thread keeps its kit. Virtual threads, of which there may be millions, borrow one of a small fixed
 * number. When all are lent, a new kit is made and dropped after use.
 */
final class EnginePool {
    static final int ENGINE = 0;
    static final int BYTES = 1;
    static final int CRC = 2;

    /** The position of the result, 32 bytes, in {@link #BYTES}. */
    static final int RESULT = 0;

    static final int RESULT_LENGTH = 32;

    /** The position of the text to hash in {@link #BYTES}. */
    static final int TEXT = RESULT + RESULT_LENGTH;

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final MethodHandle IS_VIRTUAL = isVirtualHandle();

    /** How many neighbouring places a virtual thread tries before it makes a kit of its own. */
    private static final int PROBES = 4;

    /**
     * The distance, in references, between the places of two groups of threads, and from the first to the array's
     * length, so that no two of these share a cache line.
     */
    private static final int APART = 32;

    private final Supplier<Object> engines;
    private final ThreadLocal<Object[]> own;
    private final int groups = Integer.highestOneBit(Runtime.getRuntime().availableProcessors()) * 2;
    private final AtomicReferenceArray<Object @Nullable []> shared = new AtomicReferenceArray<>((1 + groups) * APART);

    EnginePool(Supplier<Object> engines) {
        this.engines = engines;
        this.own = ThreadLocal.withInitial(this::newKit);
    }

    /** Lends a wiped kit. A thread may hold one at a time. */
    Object[] take() {
        return isVirtual() ? borrow() : own();
    }

    /**
     * Takes a kit back after {@link PresentedText#wipe}. A kit whose hash failed is not given back, and not used again.
     */
    void giveBack(Object[] kit) {
        if (isVirtual()) {
            int start = start();
            for (int i = 0; i < PROBES; i++) {
                if (shared.compareAndSet(start + i, null, kit)) {
                    return;
                }
            }
        }
    }

    /**
     * Returns this thread's kit. If it still holds a text, its engine failed, perhaps for lack of stack, and may hold
     * part of that text, so the kit is replaced. The check is cheaper than a {@code finally} around each hash.
     */
    private Object[] own() {
        Object[] kit = own.get();
        if (((byte[]) kit[BYTES])[TEXT] != 0) {
            kit = newKit();
            own.set(kit);
        }
        return kit;
    }

    private Object[] borrow() {
        int start = start();
        for (int i = 0; i < PROBES; i++) {
            Object[] kit = shared.getAndSet(start + i, null);
            if (kit != null) {
                return kit;
            }
        }
        return newKit();
    }

    private int start() {
        int group = (int) Thread.currentThread().getId() & (groups - 1);
        return (1 + group) * APART;
    }

    Object[] newKit() {
        return new Object[] {engines.get(), new byte[TEXT + ApiKey.MAX_LENGTH], new CRC32()};
    }

    /** Returns one of the four words of a result. */
    static long word(Object[] kit, int index) {
        return (long) WORDS.get((byte[]) kit[BYTES], RESULT + index * Long.BYTES);
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
