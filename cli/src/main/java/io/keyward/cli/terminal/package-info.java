/**
 * What the commands share: the terminal they read and write, the options that several have, and how they fail.
 *
 * <p>Start with {@link io.keyward.cli.terminal.Terminal}.
 */
@NullMarked
package io.keyward.cli.terminal;

import org.jspecify.annotations.NullMarked;
