/**
 * Callers for the tests of an application. {@link io.keyward.spring.security.test.ApiKeyRequests#apiKey} is for one
 * request of MockMvc, {@link io.keyward.spring.security.test.WithApiKey} for a whole test. Both need
 * {@code spring-security-test}.
 */
@NullMarked
package io.keyward.spring.security.test;

import org.jspecify.annotations.NullMarked;
