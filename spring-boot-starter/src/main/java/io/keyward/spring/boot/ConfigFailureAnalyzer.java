package io.keyward.spring.boot;

import io.keyward.config.ConfigException;
import io.keyward.config.ConfigProblem;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Shows the problems of the keys instead of a stack trace. Spring creates it, because {@code spring.factories} names
 * it.
 */
final class ConfigFailureAnalyzer extends AbstractFailureAnalyzer<ConfigException> {
    ConfigFailureAnalyzer() {}

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ConfigException cause) {
        StringBuilder description = new StringBuilder("The keys of the Environment cannot be loaded:\n");
        for (ConfigProblem problem : cause.problems()) {
            description.append("\n    ").append(problem);
        }
        return new FailureAnalysis(
                description.toString(),
                "Correct each problem, or create a bean of ApiKeyVerifier. docs/configuration.md lists all properties.",
                cause);
    }
}
