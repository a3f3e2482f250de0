package io.keyward.config;

/** Carries what is wrong with one value to where its place is known; holds nothing of the value. */
final class InvalidValue extends Exception {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final String rule;
    private final String remedy;

    InvalidValue(String what, String rule, String remedy) {
        super(what, null, false, false);
        this.what = what;
        this.rule = rule;
        this.remedy = remedy;
    }

    /** Returns the same about one item of a list, counted from 1. */
    InvalidValue inItem(int number) {
        return new InvalidValue("item " + number + ": " + what, rule, remedy);
    }

    ConfigProblem at(String source, int line, String name) {
        return new ConfigProblem(source, line, name, what, rule, remedy);
    }
}
