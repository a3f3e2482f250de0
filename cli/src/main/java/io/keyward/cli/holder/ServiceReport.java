package io.keyward.cli.holder;

import io.keyward.cli.terminal.Json;
import io.keyward.cli.terminal.Terminal;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a running service says about its keys. Characters that cannot be shown on a line are replaced.
 *
 * @param url where it said so
 * @param fingerprint of the records in force, see {@code KeyRing.fingerprint}
 * @param isCurrent whether the keys in force are those of its source
 * @param source where its keys come from, in its words
 * @param lastGood when it began to load the keys in force; null if it does not say
 * @param problem why it refused the last change; null if it did not
 * @param roles the roles that it declares
 */
public record ServiceReport(
        String url,
        String fingerprint,
        boolean isCurrent,
        String source,
        @Nullable String lastGood,
        @Nullable String problem,
        List<String> roles) {

    static Optional<ServiceReport> read(String url, String body) {
        return Json.objectIn(body)
                .filter(report -> report.get("fingerprint") instanceof JsonString)
                .map(report -> of(url, report));
    }

    private static ServiceReport of(String url, JsonObject report) {
        String source = text(report, "source");
        List<String> roles = !(report.get("roles") instanceof jakarta.json.JsonArray array)
                ? List.of()
                : array.stream()
                        .filter(JsonObject.class::isInstance)
                        .map(role -> text(role.asJsonObject(), "name"))
                        .filter(name -> name != null && name.matches("[A-Za-z][A-Za-z0-9_-]{0,63}"))
                        .toList();
        return new ServiceReport(
                url,
                String.valueOf(text(report, "fingerprint")),
                report.getBoolean("current", false),
                source == null ? "a source that it does not name" : source,
                text(report, "lastGood"),
                text(report, "problem"),
                roles);
    }

    private static @Nullable String text(JsonObject report, String name) {
        return report.get(name) instanceof JsonString text
                ? Terminal.printable(text.getString()).replace('\n', ' ')
                : null;
    }

    /**
     * Returns why the keys in force are not those that an operator reads; nothing if they are.
     *
     * @param read what the operator reads, like the name of a file
     * @param known the fingerprint of what the operator reads; null if a service would refuse it
     */
    public Optional<String> difference(String read, @Nullable String known) {
        String since = lastGood == null ? "" : ", loaded " + lastGood;
        if (problem != null) {
            return Optional.of("the service refused its last change and keeps what it had" + since + ": " + problem);
        }
        if (known == null) {
            return Optional.of("the service would refuse " + read + " as it is, and keeps what it had" + since);
        }
        if (!known.equals(fingerprint)) {
            return Optional.of(
                    isCurrent
                            ? "the service has loaded all that it reads" + since + ", and that is not what " + read
                                    + " holds; it reads " + source
                            : "the service has not loaded its last change yet; ask again in a few seconds");
        }
        return isCurrent
                ? Optional.empty()
                : Optional.of("what the service reads has changed since it loaded it; ask again in a few seconds");
    }
}
