/**
 * The {@code keyward} command.
 *
 * <p>Start with {@link io.keyward.cli.Main}, which parses and maps failures to exit codes. The commands are in
 * {@code operator}, {@code holder} and {@code scan}; what they share is in {@code terminal}.
 */
@NullMarked
package io.keyward.cli;

import org.jspecify.annotations.NullMarked;
