package io.keyward.benchmarks;

import io.keyward.ApiKeyRecord;
import io.keyward.KeyRing;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * How much heap does a key keep? Counts what is alive by class, before and after, with the JVM's own histogram.
 *
 * <pre>
 * benchmarks/build
 * java -Xmx4g -cp benchmarks/target/benchmarks.jar io.keyward.benchmarks.HeapPerKey TYPICAL 1000000
 * </pre>
 */
public final class HeapPerKey {
    private static final int COLUMNS = 4;

    private HeapPerKey() {}

    /** Prints a line for each figure, in bytes a key. */
    public static void main(String[] arguments) {
        measure(SampleRecords.valueOf(arguments[0]), Integer.parseInt(arguments[1]))
                .forEach((figure, bytes) -> System.out.println(figure + "=" + bytes));
    }

    /** Returns bytes a key: of the index alone, of the answers that lie ready in it, of the records, and of all. */
    public static Map<String, Double> measure(SampleRecords kind, int keys) {
        Count before = Count.ofLiveObjects();
        List<ApiKeyRecord> records = kind.make(keys);
        try {
            Count withRecords = Count.ofLiveObjects();
            KeyRing ring = SampleRecords.ring(records);
            try {
                return figures(before, withRecords, Count.ofLiveObjects(), keys);
            } finally {
                Reference.reachabilityFence(ring);
            }
        } finally {
            Reference.reachabilityFence(records);
        }
    }

    private static Map<String, Double> figures(Count before, Count withRecords, Count withRing, int keys) {
        // the ring is long[], Object[] and ApiKeyRecord[] for the index, and one or two small objects for each answer
        double index = (double) (withRing.arrays() - withRecords.arrays()) / keys;
        double answers = (double) (withRing.others() - withRecords.others()) / keys;
        double listEntry = 4;
        double record = (double) (withRecords.all() - before.all()) / keys - listEntry;
        Map<String, Double> figures = new LinkedHashMap<>();
        figures.put("index", index);
        figures.put("answers", answers);
        figures.put("record", record);
        figures.put("all", index + answers + record);
        return figures;
    }

    private record Count(long arrays, long others) {
        long all() {
            return arrays + others;
        }

        static Count ofLiveObjects() {
            long arrays = 0;
            long others = 0;
            for (String line : histogram().lines().toList()) {
                String[] columns = line.strip().split("\\s+", COLUMNS + 1);
                boolean isClass = columns.length >= COLUMNS && columns[0].endsWith(":");
                if (isClass && columns[3].startsWith("[")) {
                    arrays += Long.parseLong(columns[2]);
                } else if (isClass) {
                    others += Long.parseLong(columns[2]);
                }
            }
            return new Count(arrays, others);
        }

        private static String histogram() {
            try {
                return (String) ManagementFactory.getPlatformMBeanServer()
                        .invoke(
                                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                "gcClassHistogram",
                                new Object[] {new String[0]},
                                new String[] {String[].class.getName()});
            } catch (JMException e) {
                throw new IllegalStateException("this JVM has no class histogram", e);
            }
        }
    }
}
