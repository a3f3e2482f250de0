/**
 * Measures Keyward, and what one would write or pick instead.
 *
 * <p>One class per question; the class says how to run it alone. {@link io.keyward.benchmarks.report.Main} runs them all by
 * parts and makes the report; {@link io.keyward.benchmarks.report.Parts} says which there are.
 */
@NullMarked
package io.keyward.benchmarks;

import org.jspecify.annotations.NullMarked;
