package io.keyward.cli.operator;

import io.keyward.cli.terminal.Arguments;
import io.keyward.cli.terminal.CommandFailure;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * When a key ends; never, if both are null.
 *
 * @param span this time from now; null for an instant or never
 * @param instant at this time; null for a span or never
 */
record KeyEnd(@Nullable Duration span, @Nullable Instant instant) {
    /**
     * Returns the end of a key that is issued now; null for never.
     *
     * @throws CommandFailure if it is too far in the future
     */
    @Nullable
    Instant fromNow() {
        try {
            return span == null ? instant : Instant.now().plus(span);
        } catch (DateTimeException | ArithmeticException tooFarOff) {
            throw CommandFailure.refused("--expires is too far in the future", tooFarOff);
        }
    }

    /** Reads an end as people write it on a command line. */
    static final class Converter implements ITypeConverter<KeyEnd> {
        @Override
        public KeyEnd convert(String value) {
            if (value.equals("never")) {
                return new KeyEnd(null, null);
            }
            try {
                return value.indexOf('T') > 0
                        ? new KeyEnd(null, Arguments.instant(value))
                        : new KeyEnd(Arguments.span(value), null);
            } catch (TypeConversionException e) {
                throw new TypeConversionException(
                        "must be a span like 90d, an instant like 2027-01-01T00:00:00Z, or never");
            }
        }
    }
}
