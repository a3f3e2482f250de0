/**
 * What tests of services with API keys need.
 *
 * <p>Start with {@link io.keyward.testing.ThrowAwayKeys} for keys that exist in one test only and
 * {@link io.keyward.testing.MovableClock} for time that passes when the test says so.
 */
@NullMarked
package io.keyward.testing;

import org.jspecify.annotations.NullMarked;
