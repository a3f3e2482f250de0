/**
 * The life of a key: stores that keep records, and the manager that issues, rotates and revokes keys in them.
 *
 * <p>Start with {@link io.keyward.store.ApiKeys}, which assembles the parts, and
 * {@link io.keyward.store.ApiKeyManager}, which makes every change of a key while a service runs.
 * {@link io.keyward.store.ApiKeyStore} is the write side of a file, a database or memory under them.
 * {@link io.keyward.store.StoreFollower} takes over what others change in a store they share, and
 * {@link io.keyward.store.LastUsed} shows whether an old secret is still in use.
 */
@NullMarked
package io.keyward.store;

import org.jspecify.annotations.NullMarked;
