package io.keyward.benchmarks.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import io.keyward.benchmarks.NodesOnDatabase.NoServerException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PartsTest {
    @BeforeAll
    static void letSeveralBuildsRunAtOnce() {
        System.setProperty("jmh.ignoreLock", "true");
    }

    static Stream<Named<Part>> parts() {
        return Parts.of(Profile.SMOKE).stream().map(part -> Named.of(part.name(), part));
    }

    @Test
    void shortProfileKnowsEachPartOnceByName() {
        List<String> names = Parts.all(Profile.SHORT).stream().map(Part::name).toList();

        assertEquals(Set.copyOf(names).size(), names.size());
        assertEquals(Parts.of(Profile.FULL).stream().map(Part::name).collect(Collectors.toSet()), Set.copyOf(names));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("parts")
    void measuresEachRowOnce(Part part) throws Exception {
        List<Row> rows;
        try {
            rows = part.measure(Profile.SMOKE);
        } catch (NoServerException e) {
            abort(e.getMessage());
            return;
        }

        assertFalse(rows.isEmpty());
        for (Row row : rows) {
            assertEquals("", row.failure(), row::toString);
            // What was spent in so short a time may be less than one tick of the processor's clock.
            boolean maySpendNothing =
                    row.name().equals("EndToEnd.cpu") || row.name().equals("Database.IDLE_NODES");
            assertTrue(row.spread().median() > 0 || maySpendNothing, row::toString);
            // what a report looks rows up by: a class and what it measures
            assertTrue(row.name().matches("[A-Z]\\w+(\\.\\w+)?"), row::toString);
        }
    }
}
