/**
 * Reads and changes {@code .env} files; knows nothing about keys. Only this library uses it.
 *
 * <p>Start with {@link io.keyward.env.EnvParser}, which reads a text into an {@link io.keyward.env.EnvDocument}, and
 * {@link io.keyward.env.LockedFile}, through which a file is replaced.
 */
@NullMarked
package io.keyward.env;

import org.jspecify.annotations.NullMarked;
