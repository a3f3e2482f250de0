/**
 * API keys in Spring Boot. {@link io.keyward.spring.boot.KeywardAutoConfiguration} loads them;
 * {@link io.keyward.spring.boot.KeywardProperties} are the settings. An application names no other type of this
 * package.
 */
@NullMarked
package io.keyward.spring.boot;

import org.jspecify.annotations.NullMarked;
