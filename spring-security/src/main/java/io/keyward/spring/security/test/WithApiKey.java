package io.keyward.spring.security.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.security.test.context.support.WithSecurityContext;

/**
 * Runs a test as the caller that a key would give: for method security, and for MockMvc.
 *
 * <pre>{@code
 * @Test
 * @WithApiKey(roles = "client", permissions = "jobs:submit")
 * void clientsSubmit() { … }
 * }</pre>
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@WithSecurityContext(factory = WithApiKeySecurityContextFactory.class)
public @interface WithApiKey {
    /** Returns the key id. */
    String id() default "test";

    /** Returns whose key it is; the empty text for nobody's. */
    String owner() default "";

    /** Returns the roles of the key; each means only itself. */
    String[] roles() default {};

    /** Returns the permissions of the key. */
    String[] permissions() default {};
}
