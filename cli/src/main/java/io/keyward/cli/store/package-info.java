/**
 * Opens the keys that a command works on, in a file or in a database.
 *
 * <p>Start with {@link io.keyward.cli.store.StoreOptions}, the options of a command, and
 * {@link io.keyward.cli.store.OpenKeys}, the keys that these options open.
 */
@NullMarked
package io.keyward.cli.store;

import org.jspecify.annotations.NullMarked;
