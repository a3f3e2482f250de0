package io.keyward.benchmarks.report;

import java.util.List;

/**
 * The middle of some values and how far they lie apart.
 *
 * @param median the middle one
 * @param low below it lies a tenth of the values; with fewer than ten, none
 * @param high above it lies a tenth of the values; with fewer than ten, none
 */
record Spread(double median, double low, double high) {
    static Spread of(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int last = sorted.size() - 1;
        int cut = sorted.size() / 10;
        double median = (sorted.get(last / 2) + sorted.get(last - last / 2)) / 2;
        return new Spread(median, sorted.get(cut), sorted.get(last - cut));
    }
}
