package io.keyward.spring.boot;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows a setting that cannot be meant in place of a stack trace. Spring makes it, by its name in
 * {@code spring.factories}.
 */
final class SettingFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSettingException> {
    SettingFailureAnalyzer() {}

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidSettingException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.remedy(), cause);
    }
}
