/**
 * The life of a key: stores that keep records, and the manager that issues, rotates and revokes over them.
 *
 * <p>Start with {@link io.keyward.store.ApiKeyStore}, the write side of a file, a database or memory.
 */
@NullMarked
package io.keyward.store;

import org.jspecify.annotations.NullMarked;
