package io.keyward.env;

/** Says what is wrong with one value, for a caller that knows its file and line. Quotes nothing of the value. */
public final class InvalidValue extends Exception {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final String rule;
    private final String remedy;

    public InvalidValue(String what, String rule, String remedy) {
        super(what, null, false, false);
        this.what = what;
        this.rule = rule;
        this.remedy = remedy;
    }

    /** Returns the same problem for one item of a list, counted from 1. */
    public InvalidValue inItem(int number) {
        return new InvalidValue("item " + number + ": " + what, rule, remedy);
    }

    /** Returns what is wrong. */
    public String what() {
        return what;
    }

    /** Returns what should hold instead. */
    public String rule() {
        return rule;
    }

    /** Returns what to do about it. */
    public String remedy() {
        return remedy;
    }
}
