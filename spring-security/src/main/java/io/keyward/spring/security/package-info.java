/**
 * API keys in Spring Security. {@link io.keyward.spring.security.ApiKeysConfigurer} adds them to a chain, and the
 * application finds an {@link io.keyward.spring.security.ApiKeyAuthentication} in the security context.
 */
@NullMarked
package io.keyward.spring.security;

import org.jspecify.annotations.NullMarked;
