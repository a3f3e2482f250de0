/**
 * API keys in Spring Security: {@link io.keyward.spring.security.ApiKeysConfigurer} adds them to a chain, and
 * {@link io.keyward.spring.security.ApiKeyAuthentication} is what the application finds in the security context.
 */
@NullMarked
package io.keyward.spring.security;

import org.jspecify.annotations.NullMarked;
