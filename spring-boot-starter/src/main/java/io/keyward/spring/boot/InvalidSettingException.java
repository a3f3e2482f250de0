package io.keyward.spring.boot;

/** Says that a setting of the starter cannot be meant; the analyzer shows it in place of a stack trace. */
final class InvalidSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    InvalidSettingException(String what, String remedy) {
        super(what + "; " + remedy);
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }
}
