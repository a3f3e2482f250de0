/**
 * Runs the benchmarks by parts, keeps what they found in files, and makes the report of them.
 *
 * <p>{@link io.keyward.benchmarks.report.Main} is where it starts; {@link io.keyward.benchmarks.report.Parts} says which
 * parts there are, {@link io.keyward.benchmarks.report.Budget} what each figure is held against.
 */
@NullMarked
package io.keyward.benchmarks.report;

import org.jspecify.annotations.NullMarked;
