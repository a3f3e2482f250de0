/**
 * Keys from {@code .env} files, {@code .properties} files and the environment, followed while the service runs.
 *
 * <p>Start with {@link io.keyward.config.KeywardConfig}, which loads and follows them, and
 * {@link io.keyward.config.ConfigReport}, which says where each value came from.
 */
@NullMarked
package io.keyward.config;

import org.jspecify.annotations.NullMarked;
