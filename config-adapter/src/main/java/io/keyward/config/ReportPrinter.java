package io.keyward.config;

import io.keyward.KeyState;
import io.keyward.config.ConfigReport.ReportedKey;
import io.keyward.config.ConfigReport.SeenFile;
import io.keyward.config.ConfigReport.Setting;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Writes a report for people: the files first, because a mistake there explains all others. */
final class ReportPrinter {
    private static final int MOST_LINES = 50;
    private static final int MOST_IDS = 20;

    private final ConfigReport report;
    private final StringBuilder text = new StringBuilder();

    ReportPrinter(ConfigReport report) {
        this.report = report;
    }

    String write() {
        line("key configuration of " + seconds(report.time()));
        line("mode: " + report.mode().name().toLowerCase(Locale.ROOT) + ", " + report.modeReason());
        section("files", report.files(), this::file);
        section("values in use", report.settings(), this::setting);
        keys();
        section("warnings", report.warnings(), warning -> line("  " + warning));
        section(
                "problems; the load that found them changed nothing",
                report.problems(),
                problem -> line("  " + problem));
        return text.toString();
    }

    private void file(SeenFile file) {
        switch (file.use()) {
            case READ -> line("  read       " + described(file));
            case NOT_FOUND -> line("  not found  " + file.path());
            case NOT_READ -> line("  NOT READ   " + described(file));
        }
        file.notes().forEach(note -> line("             " + note));
    }

    private static String described(SeenFile file) {
        List<String> parts = new ArrayList<>();
        parts.add(file.path().toString());
        if (file.realPath() != null && !file.realPath().equals(file.path())) {
            parts.add("which is " + file.realPath());
        }
        parts.add(file.size() + " bytes");
        if (file.modified() != null) {
            parts.add("changed " + seconds(file.modified()));
        }
        if (file.permissions() != null) {
            parts.add(file.permissions());
        }
        return String.join(", ", parts);
    }

    private void setting(Setting setting) {
        String items =
                setting.items() == 0 ? "" : setting.items() == 1 ? ", 1 item" : ", " + setting.items() + " items";
        line("  " + setting.name() + ": " + setting.winner() + items);
        setting.losers().forEach(loser -> line("    not used: " + loser));
    }

    private void keys() {
        line("keys: " + report.keys().size());
        report.keyIdsByRole().forEach((role, ids) -> line("  " + role + ": " + first(ids)));
        ids("without a role", key -> key.roles().isEmpty());
        limited(
                keysThat(key -> key.state() != KeyState.ACTIVE),
                key -> line("  " + key.id() + " is " + key.state().name().toLowerCase(Locale.ROOT)));
        limited(
                keysThat(key -> key.retiringUntil() != null),
                key -> line("  " + key.id() + " also accepts its old secret until " + key.retiringUntil()));
        ids("in plaintext", ReportedKey::plaintext);
        limited(report.expiringSoon(), key -> line("  " + key.id() + " expires at " + key.expiresAt()));
    }

    private void ids(String title, Predicate<ReportedKey> which) {
        List<String> ids = keysThat(which).stream().map(ReportedKey::id).toList();
        if (!ids.isEmpty()) {
            line("  " + title + ": " + first(ids));
        }
    }

    private List<ReportedKey> keysThat(Predicate<ReportedKey> which) {
        return report.keys().stream().filter(which).toList();
    }

    private static String first(Collection<String> ids) {
        List<String> shown = ids.stream().limit(MOST_IDS).toList();
        int more = ids.size() - shown.size();
        return String.join(", ", shown) + (more > 0 ? " and " + more + " more" : "");
    }

    private <T> void section(String title, List<T> items, Consumer<T> write) {
        if (!items.isEmpty()) {
            line(title + ":");
            limited(items, write);
        }
    }

    private <T> void limited(List<T> items, Consumer<T> write) {
        items.stream().limit(MOST_LINES).forEach(write);
        if (items.size() > MOST_LINES) {
            line("  and " + (items.size() - MOST_LINES) + " more");
        }
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private static Instant seconds(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS);
    }
}
