package io.keyward.spring.boot;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows an invalid setting instead of a stack trace. Spring creates it, because {@code spring.factories} names it.
 */
final class SettingFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSettingException> {
    SettingFailureAnalyzer() {}

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidSettingException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.remedy(), cause);
    }
}
