/**
 * Finds keys that have leaked into files, archives and the history of a repository.
 *
 * <p>{@code KeyScanner} reads one stream; {@code ScanCommand} finds the streams.
 */
@NullMarked
package io.keyward.cli.scan;

import org.jspecify.annotations.NullMarked;
