package io.keyward.servlet.boot;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Collects what the starter warns of during a test. */
final class Warnings implements BeforeEachCallback, AfterEachCallback {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.keyward.spring.boot");
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Level levelBefore = logger.getLevel();

    @Override
    public void beforeEach(ExtensionContext test) {
        logged.start();
        logger.addAppender(logged);
        logger.setLevel(Level.WARN);
    }

    @Override
    public void afterEach(ExtensionContext test) {
        logger.setLevel(levelBefore);
        logger.detachAppender(logged);
    }

    List<ILoggingEvent> events() {
        return logged.list;
    }
}
