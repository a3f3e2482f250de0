/**
 * Where the keys are that a command works on: in a file or in a database.
 *
 * <p>Start with {@link io.keyward.cli.store.StoreOptions}, which a command has, and
 * {@link io.keyward.cli.store.OpenKeys}, which it gets from them.
 */
@NullMarked
package io.keyward.cli.store;

import org.jspecify.annotations.NullMarked;
