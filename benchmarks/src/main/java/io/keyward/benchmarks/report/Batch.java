package io.keyward.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Benchmarks that run under the same conditions.
 *
 * @param include which: class and method, a regular expression
 * @param params their parameters
 * @param threads how many at a time
 * @param isVirtual whether they are virtual threads, which takes JDK 21
 * @param heapGb the heap of their JVM
 */
record Batch(String include, Map<String, List<String>> params, int threads, boolean isVirtual, int heapGb) {
    private static final String SMALLEST = "100";

    static Batch of(String include) {
        return new Batch(include, Map.of(), 1, false, 2);
    }

    Batch with(String param, String... values) {
        Map<String, List<String>> more = new LinkedHashMap<>(params);
        more.put(param, List.of(values));
        return new Batch(include, more, threads, isVirtual, heapGb);
    }

    Batch threads(int count) {
        return new Batch(include, params, count, isVirtual, heapGb);
    }

    Batch virtual() {
        return new Batch(include, params, threads, true, heapGb);
    }

    Batch heap(int gigabytes) {
        return new Batch(include, params, threads, isVirtual, gigabytes);
    }

    Map<String, List<String>> params(Profile profile) {
        Map<String, List<String>> sized = new LinkedHashMap<>(params);
        sized.computeIfPresent("keys", (keys, sizes) -> profile.smokeOr(List.of(SMALLEST), sizes));
        return sized;
    }

    /** Returns what JMH does not name among the parameters of a result. */
    Map<String, String> marks() {
        return Map.of("threads", Integer.toString(threads), "kind", isVirtual ? "virtual" : "platform");
    }

    List<String> jvmArgs() {
        List<String> arguments = new ArrayList<>(ChildJvm.heap(heapGb));
        if (isVirtual) {
            arguments.add("-Djmh.executor=VIRTUAL");
        }
        return arguments;
    }

    @Override
    public String toString() {
        String kind = isVirtual ? " virtual" : "";
        return include + params + (threads == 1 && !isVirtual ? "" : " on " + threads + kind + " threads");
    }
}
