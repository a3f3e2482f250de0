/**
 * The {@code keyward} command.
 *
 * <p>Start with {@link io.keyward.cli.Main}, which parses and maps failures to exit codes, and {@code Terminal}, through which
 * every command reads and writes. Each command is one class named after it.
 */
@NullMarked
package io.keyward.cli;

import org.jspecify.annotations.NullMarked;
