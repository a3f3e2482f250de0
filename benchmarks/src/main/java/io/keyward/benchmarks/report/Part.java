package io.keyward.benchmarks.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What is measured together, one after the other, so that its figures may be set against each other. */
interface Part {
    /** Returns the name of the part, which is that of its file too. */
    String name();

    /** Returns about how long it takes, where that can be known without having measured it before. */
    default Optional<Duration> expected(Profile profile) {
        return Optional.empty();
    }

    /** Returns the items, and then again in reverse order, so that drift of the machine affects all alike. */
    static <T> List<T> thereAndBack(List<T> items) {
        List<T> order = new ArrayList<>(items);
        Collections.reverse(order);
        order.addAll(0, items);
        return order;
    }

    /**
     * Measures. An exception makes the whole part fail; a part whose rows have nothing to do with each other returns
     * {@link Row#failed} in the place of one that cannot be measured.
     */
    List<Row> measure(Profile profile) throws Exception;
}
