/**
 * For tests of applications: {@link io.keyward.spring.security.test.ApiKeyRequests#apiKey} for one request of MockMvc,
 * and {@link io.keyward.spring.security.test.WithApiKey} for a whole test. Needs {@code spring-security-test}.
 */
@NullMarked
package io.keyward.spring.security.test;

import org.jspecify.annotations.NullMarked;
