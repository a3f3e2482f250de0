package io.keyward.config;

import io.keyward.env.InvalidValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Collects problems while assignments are read. For one thread. */
final class Problems {
    private final List<ConfigProblem> list;

    Problems() {
        this(new ArrayList<>());
    }

    /** Collects into a list that other code adds to, too. */
    Problems(List<ConfigProblem> list) {
        this.list = list;
    }

    /** Reads a value; if it is invalid, notes the problem and returns {@code otherwise}. */
    <T> T read(Assignment assignment, T otherwise, Reading<T> reading) {
        try {
            return reading.read(assignment);
        } catch (InvalidValue e) {
            add(assignment, e);
            return otherwise;
        }
    }

    void add(Assignment assignment, InvalidValue invalid) {
        list.add(assignment.problem(invalid));
    }

    void add(Assignment assignment, String what, String rule, String remedy) {
        list.add(assignment.problem(what, rule, remedy));
    }

    void add(ConfigProblem problem) {
        list.add(problem);
    }

    List<ConfigProblem> list() {
        return Collections.unmodifiableList(list);
    }

    interface Reading<T> {
        T read(Assignment assignment) throws InvalidValue;
    }
}
