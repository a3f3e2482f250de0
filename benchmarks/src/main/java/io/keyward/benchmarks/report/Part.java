package io.keyward.benchmarks.report;

import java.util.List;

/** What is measured together, one after the other, so that its figures may be set against each other. */
interface Part {
    /** Returns the name of the part, which is that of its file too. */
    String name();

    /** Measures; whatever fails makes the whole part fail. */
    List<Row> measure(Profile profile) throws Exception;
}
