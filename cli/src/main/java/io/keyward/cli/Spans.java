package io.keyward.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads spans of time and ends as people write them on a command line. */
final class Spans {
    private static final Pattern SPAN = Pattern.compile("([0-9]{1,12})([smhdw])");
    private static final Map<String, Duration> UNITS = Map.of(
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1),
            "w", Duration.ofDays(7));

    private Spans() {}

    private static Duration read(String text) {
        Matcher span = SPAN.matcher(text);
        if (span.matches()) {
            return UNITS.getOrDefault(span.group(2), Duration.ZERO).multipliedBy(Long.parseLong(span.group(1)));
        }
        throw new TypeConversionException("must be a number and one of s m h d w, like 24h or 90d");
    }

    /** Reads a span. */
    static final class Converter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String value) {
            return read(value);
        }
    }

    /**
     * When a key ends.
     *
     * @param span after this time from now; null if not so
     * @param instant at this time; null if not so
     */
    record End(@Nullable Duration span, @Nullable Instant instant) {
        private static final String NEVER = "never";

        /** Reads an end. */
        static final class Converter implements ITypeConverter<End> {
            @Override
            public End convert(String value) {
                if (value.equals(NEVER)) {
                    return new End(null, null);
                }
                try {
                    return value.indexOf('T') > 0 ? new End(null, Instant.parse(value)) : new End(read(value), null);
                } catch (DateTimeException | TypeConversionException e) {
                    throw new TypeConversionException(
                            "must be a span like 90d, an instant like 2027-01-01T00:00:00Z, or never");
                }
            }
        }
    }
}
