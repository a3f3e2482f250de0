package io.keyward.servlet.suite;

import java.util.List;

/** The examples of Servlet 6.0 §3.5.3, with {@code foo} open and {@code bar} closed. */
final class SpecTable {
    /** An example: the raw target, its canonical path (null where the table rejects it). */
    record Example(String raw, String canonical) {}

    private SpecTable() {}

    static List<Example> examples() {
        return ROWS.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .map(line -> line.split(" -> ", 2))
                .map(row ->
                        new Example(named(row[0].replace("<bs>", "\\")), row[1].equals("400") ? null : named(row[1])))
                .toList();
    }

    private static String named(String path) {
        return path.replace("foo", "public").replace("bar", "admin");
    }

    private static final String ROWS = """
            foo/bar -> 400
            /foo/bar -> /foo/bar
            /foo/bar;jsessionid=1234 -> /foo/bar
            /foo/bar/ -> /foo/bar/
            /foo/bar/;jsessionid=1234 -> /foo/bar/
            /foo;/bar; -> /foo/bar
            /foo;/bar;/; -> /foo/bar/
            /foo%00/bar/ -> 400
            /foo%7Fbar -> 400
            /foo%2Fbar -> 400
            /foo%2Fb%25r -> 400
            /foo/b%25r -> /foo/b%r
            /foo<bs>bar -> 400
            /foo%5Cbar -> 400
            /foo;%2F/bar -> 400
            /foo/./bar -> /foo/bar
            /foo/././bar -> /foo/bar
            /./foo/bar -> /foo/bar
            /foo/%2e/bar -> 400
            /foo/.;/bar -> 400
            /foo/%2e;/bar -> 400
            /foo/.%2Fbar -> 400
            /foo/.%5Cbar -> 400
            /foo/bar/. -> /foo/bar
            /foo/bar/./ -> /foo/bar/
            /foo/bar/.; -> 400
            /foo/bar/./; -> /foo/bar/
            /foo/.bar -> /foo/.bar
            /foo/../bar -> /bar
            /foo/../../bar -> 400
            /../foo/bar -> 400
            /foo/%2e%2E/bar -> 400
            /foo/%2e%2e/%2E%2E/bar -> 400
            /foo/./../bar -> /bar
            /foo/..;/bar -> 400
            /foo/%2e%2E;/bar -> 400
            /foo/..%2Fbar -> 400
            /foo/..%5Cbar -> 400
            /foo/bar/.. -> /foo
            /foo/bar/../ -> /foo/
            /foo/bar/..; -> 400
            /foo/bar/../; -> /foo/
            /foo/..bar -> /foo/..bar
            /foo/.../bar -> /foo/.../bar
            /foo//bar -> /foo/bar
            //foo//bar// -> /foo/bar/
            /;/foo;/;/bar/;/; -> 400
            /foo//../bar -> /bar
            /foo/;/../bar -> 400
            /foo%E2%82%ACbar -> /foo\u20acbar
            /foo%20bar -> /foo bar
            /foo%E2%82 -> 400
            /foo%E2%82bar -> 400
            /foo%-1/bar -> 400
            /foo%XX/bar -> 400
            /foo%/bar -> 400
            /foo/bar%0 -> 400
            /good%20/bad%/%20mix% -> 400
            /foo/bar?q -> /foo/bar
            /foo/bar#f -> 400
            /foo/bar?q#f -> 400
            /foo/bar/?q -> /foo/bar/
            /foo/bar/#f -> 400
            /foo/bar/?q#f -> 400
            /foo/bar;?q -> /foo/bar
            /foo/bar;#f -> 400
            /foo/bar;?q#f -> 400
            / -> /
            // -> /
            /;/ -> 400
            /. -> /
            /.. -> 400
            /./ -> /
            /../ -> 400
            foo/bar/ -> 400
            ./foo/bar/ -> 400
            %2e/foo/bar/ -> 400
            ../foo/bar/ -> 400
            .%2e/foo/bar/ -> 400
            ;/foo/bar/ -> 400
            /#f -> 400
            #f -> 400
            /?q -> /
            ?q -> 400
            """;
}
