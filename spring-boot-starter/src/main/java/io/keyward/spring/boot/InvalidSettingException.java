package io.keyward.spring.boot;

/** Thrown if a setting of the starter is invalid. The analyzer shows message and remedy instead of a stack trace. */
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
