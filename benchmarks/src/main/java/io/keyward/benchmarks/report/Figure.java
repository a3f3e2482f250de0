package io.keyward.benchmarks.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Prints figures with as many digits as they are worth. */
final class Figure {
    private static final int DIGITS = 3;
    private static final long GROUPED_FROM = 10_000;

    private Figure() {}

    /** Returns a number with three digits, or whole where it is larger, in groups of three. */
    static String of(double value) {
        if (Math.abs(value) >= GROUPED_FROM / 10) {
            long whole = Math.round(value);
            return whole < GROUPED_FROM
                    ? Long.toString(whole)
                    : String.format(Locale.ROOT, "%,d", whole).replace(',', ' ');
        }
        return value == 0
                ? "0"
                : BigDecimal.valueOf(value).round(new MathContext(DIGITS)).toPlainString();
    }

    /** Returns a bound as it was written down: {@code 1.35}, {@code 80}. */
    static String bound(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    /** Returns a ratio with two decimals, or whole where it is large. */
    static String ratio(double value) {
        return Math.abs(value) >= 100
                ? of(value)
                : BigDecimal.valueOf(value).setScale(2, RoundingMode.HALF_UP).toPlainString();
    }

    /** Returns a ratio with its spread: {@code 1.21 × (1.19–1.24)}. */
    static String ratio(Spread spread) {
        String median = ratio(spread.median()) + " ×";
        return spread.low() == spread.high()
                ? median
                : median + " (" + ratio(spread.low()) + "–" + ratio(spread.high()) + ")";
    }

    /** Returns a figure with its unit and spread: {@code 75.2 ns (74.1–76.0)}. */
    static String of(Spread spread, String unit) {
        String median = of(spread.median()) + " " + unit;
        return spread.low() == spread.high()
                ? median
                : median + " (" + of(spread.low()) + "–" + of(spread.high()) + ")";
    }

    /** Returns a time in the unit that fits it. */
    static String nanos(double nanos) {
        if (nanos < 1e3) {
            return of(nanos) + " ns";
        }
        return nanos < 1e6 ? of(nanos / 1e3) + " µs" : of(nanos / 1e6) + " ms";
    }

    /** Returns a number of keys as people write it: {@code 1 000 000}. */
    static String count(String digits) {
        return digits.length() < 5
                ? digits
                : String.format(Locale.ROOT, "%,d", Long.parseLong(digits)).replace(',', ' ');
    }
}
