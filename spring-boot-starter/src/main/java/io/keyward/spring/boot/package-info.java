/**
 * API keys in Spring Boot. {@link io.keyward.spring.boot.KeywardAutoConfiguration} loads them, and
 * {@link io.keyward.spring.boot.KeywardProperties} are the settings. Besides these an application uses only
 * {@link io.keyward.spring.boot.KeywardDataSource}.
 */
@NullMarked
package io.keyward.spring.boot;

import org.jspecify.annotations.NullMarked;
