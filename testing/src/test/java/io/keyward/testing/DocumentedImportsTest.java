package io.keyward.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Issue 17.14: each page imports every type that its code names, and imports nothing that is not there. */
class DocumentedImportsTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern BLOCK = Pattern.compile("(?s)```java\\R(.*?)```");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (static )?([\\w.]+)\\.(\\w+);$");
    private static final Pattern DECLARED = Pattern.compile("\\b(?:class|interface|record|enum) (\\w+)");
    private static final Pattern NAMED = Pattern.compile("(?<![\\w.])([A-Z]\\w*[a-z]\\w*|(?<=@)[A-Z]+\\b)");

    /** A class of the application in docs/servlet.md, and nested types that classes of the pages inherit. */
    private static final Set<String> NOT_IMPORTED = Set.of("Ticker", "Outcome", "Result", "Success", "Failure");

    static Stream<Path> pages() throws IOException {
        List<Path> pages;
        try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
            pages = files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
        return Stream.concat(Stream.of(ROOT.resolve("README.md")), pages.stream());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void pageImportsEveryTypeItNames(Path page) throws IOException {
        String code = withoutTexts(BLOCK.matcher(Files.readString(page))
                .results()
                .map(block -> block.group(1))
                .collect(Collectors.joining("\n")));
        Set<String> known = new TreeSet<>(NOT_IMPORTED);
        IMPORT.matcher(code).results().forEach(each -> known.add(each.group(3)));
        DECLARED.matcher(code).results().forEach(each -> known.add(each.group(1)));
        Set<String> missing = new TreeSet<>();
        NAMED.matcher(IMPORT.matcher(code).replaceAll(""))
                .results()
                .map(each -> each.group(1))
                .filter(name -> !known.contains(name) && !isOfJavaLang(name))
                .forEach(missing::add);
        assertEquals(Set.of(), missing, page.toString());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void importsAreThere(Path page) throws IOException {
        Matcher imports = IMPORT.matcher(Files.readString(page));
        while (imports.find()) {
            String owner = imports.group(1) != null ? imports.group(2) : imports.group(2) + "." + imports.group(3);
            if (owner.startsWith("io.keyward.")) {
                assertTrue(isOurs(owner), owner + " in " + page);
            } else if (owner.startsWith("java.")) {
                assertTrue(
                        exists(owner.replaceAll("(?<=[.][A-Z]\\w{0,40})[.](?=[A-Z])", "\\$")), owner + " in " + page);
            }
        }
    }

    private static String withoutTexts(String code) {
        return code.replaceAll("(?s)\"\"\".*?\"\"\"", "")
                .replaceAll("\"(?:\\\\.|[^\"\\\\\n])*\"", "")
                .replaceAll("//[^\n]*", "")
                .replaceAll("(?s)/\\*.*?\\*/", "");
    }

    private static boolean isOfJavaLang(String name) {
        return exists("java.lang." + name);
    }

    private static boolean exists(String name) {
        try {
            Class.forName(name, false, DocumentedImportsTest.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** Returns whether a module has a file for a type, or for the one that it is nested in. */
    private static boolean isOurs(String type) throws IOException {
        try (Stream<Path> modules = Files.list(ROOT)) {
            List<Path> sources = modules.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .toList();
            String file = type.replace('.', '/');
            String outer = file.substring(0, file.lastIndexOf('/'));
            return sources.stream()
                    .anyMatch(source -> Files.exists(source.resolve(file + ".java"))
                            || Files.exists(source.resolve(outer + ".java")));
        }
    }
}
