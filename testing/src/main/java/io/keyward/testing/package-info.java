/**
 * Helpers for tests of services with API keys; see {@code docs/testing.md}.
 *
 * <ul>
 * <li>{@link io.keyward.testing.ThrowAwayKeys}: keys that exist in one test only, in every state
 * <li>{@link io.keyward.testing.MovableClock}: time that passes when the test says so
 * <li>{@link io.keyward.testing.RecordingListener}: what a verifier answered
 * <li>{@link io.keyward.testing.ApiKeyStoreContract}: the tests that every {@link io.keyward.store.ApiKeyStore} must
 * pass
 * </ul>
 */
@NullMarked
package io.keyward.testing;

import org.jspecify.annotations.NullMarked;
