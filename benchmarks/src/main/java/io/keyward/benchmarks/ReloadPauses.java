package io.keyward.benchmarks;

import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyRing;
import io.keyward.LiveKeyRing;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;

/**
 * What does a verifier notice while the ring under it is swapped? Times every verification of a thread that does
 * nothing else, from the end of the one before, so that no pause can fall between two.
 *
 * <pre>
 * benchmarks/build
 * java -Xmx4g -cp benchmarks/target/benchmarks.jar io.keyward.benchmarks.ReloadPauses WHOLE 1000000 10000
 * </pre>
 */
public final class ReloadPauses {
    private static final long LONGEST_NANOS = Duration.ofMinutes(1).toNanos();
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final int WARM_UP = 2_000_000;

    private final String[] texts;
    private final List<ApiKeyRecord> records;
    private final LiveKeyRing live;
    private final AtomicLong swaps = new AtomicLong();

    private ReloadPauses(int keys) {
        texts = SampleKeys.texts(keys, 1);
        records = SampleRecords.TYPICAL.make(texts);
        live = LiveKeyRing.of(SampleRecords.ring(records));
    }

    /** What is done to the ring meanwhile. */
    public enum Swap {
        /** Nothing, for comparison. */
        NONE {
            @Override
            KeyRing next(ReloadPauses pauses, Random random) {
                return pauses.live.current();
            }
        },
        /** One record is changed, as by a revocation. */
        ONE_RECORD {
            @Override
            KeyRing next(ReloadPauses pauses, Random random) {
                ApiKeyRecord record = pauses.records.get(random.nextInt(pauses.records.size()));
                return pauses.live
                        .current()
                        .with(List.of(record.toBuilder().name("changed").build()));
            }
        },
        /** The whole ring is rebuilt again and again without a pause, as if a file changed all the time. */
        WHOLE {
            @Override
            KeyRing next(ReloadPauses pauses, Random random) {
                return SampleRecords.ring(pauses.records);
            }
        };

        abstract KeyRing next(ReloadPauses pauses, Random random);
    }

    /** Prints a line for each figure, times in nanoseconds. */
    public static void main(String[] arguments) throws InterruptedException {
        measure(
                        Swap.valueOf(arguments[0]),
                        Integer.parseInt(arguments[1]),
                        Duration.ofMillis(Long.parseLong(arguments[2])))
                .forEach((figure, value) -> System.out.println(figure + "=" + value));
    }

    public static Map<String, Double> measure(Swap swap, int keys, Duration time) throws InterruptedException {
        ReloadPauses pauses = new ReloadPauses(keys);
        return pauses.run(swap, time);
    }

    private Map<String, Double> run(Swap swap, Duration time) throws InterruptedException {
        ApiKeyVerifier verifier = ApiKeyVerifier.of(live);
        // no longer than what is measured: a look at whether this runs is over soon
        long end = System.nanoTime() + time.toNanos();
        for (int i = 0; i < WARM_UP && System.nanoTime() - end < 0; i++) {
            requireAccepted(verifier, texts[i % texts.length]);
        }
        Thread swapper = new Thread(() -> swapUntilInterrupted(swap), "swapper");
        if (swap != Swap.NONE) {
            swapper.start();
        }
        Histogram histogram = timeVerifications(verifier, time);
        swapper.interrupt();
        swapper.join();
        return figures(histogram);
    }

    private void swapUntilInterrupted(Swap swap) {
        Random random = new Random(1);
        while (!Thread.currentThread().isInterrupted()) {
            live.publish(swap.next(this, random));
            swaps.incrementAndGet();
        }
    }

    private Histogram timeVerifications(ApiKeyVerifier verifier, Duration time) {
        Histogram histogram = new Histogram(LONGEST_NANOS, SIGNIFICANT_DIGITS);
        long before = System.nanoTime();
        long end = before + time.toNanos();
        int turn = 0;
        do {
            requireAccepted(verifier, texts[turn]);
            long now = System.nanoTime();
            histogram.recordValue(now - before);
            before = now;
            turn = turn + 1 < texts.length ? turn + 1 : 0;
        } while (before < end);
        return histogram;
    }

    private static void requireAccepted(ApiKeyVerifier verifier, String text) {
        if (!verifier.verify(text).isAccepted()) {
            throw new IllegalStateException("a key that every ring has was refused");
        }
    }

    private Map<String, Double> figures(Histogram histogram) {
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("p50", (double) histogram.getValueAtPercentile(50));
        figures.put("p99", (double) histogram.getValueAtPercentile(99));
        figures.put("p99.9", (double) histogram.getValueAtPercentile(99.9));
        figures.put("max", (double) histogram.getMaxValue());
        figures.put("verifications", (double) histogram.getTotalCount());
        figures.put("swaps", (double) swaps.get());
        return figures;
    }
}
