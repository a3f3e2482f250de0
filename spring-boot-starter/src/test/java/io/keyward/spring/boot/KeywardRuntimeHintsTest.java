package io.keyward.spring.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.aot.AotServices;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

@DisplayName("issue 21: runtime hints for native images")
class KeywardRuntimeHintsTest {
    @Test
    void nameEveryFileInTheJarsOfTheModules() throws Exception {
        RuntimeHints hints = new RuntimeHints();
        AotServices.factories().load(RuntimeHintsRegistrar.class).stream()
                .filter(KeywardRuntimeHints.class::isInstance)
                .forEach(registrar -> registrar.registerHints(hints, getClass().getClassLoader()));
        Set<String> found = new TreeSet<>();
        Set<String> missing = new TreeSet<>();
        for (String module : new String[] {"config", "jdbc", "admin"}) {
            for (Resource resource : new PathMatchingResourcePatternResolver()
                    .getResources("classpath*:io/keyward/" + module + "/**/*.*")) {
                String url = resource.getURL().toString();
                String name = url.substring(url.lastIndexOf("io/keyward/" + module));
                if (!name.endsWith(".class")) {
                    found.add(name);
                    if (!RuntimeHintsPredicates.resource().forResource(name).test(hints)) {
                        missing.add(name);
                    }
                }
            }
        }
        assertTrue(found.size() >= 8, found::toString);
        assertEquals(Set.of(), missing);
    }
}
