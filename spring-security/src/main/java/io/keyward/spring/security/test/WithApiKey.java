package io.keyward.spring.security.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.security.test.context.support.WithSecurityContext;

/**
 * Runs a test as the caller of a key, for method security and for MockMvc.
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

    /** Returns the owner of the key; the empty text if it has none. */
    String owner() default "";

    /** Returns the roles of the key; a role has no permissions and includes no role. */
    String[] roles() default {};

    /** Returns the permissions of the key. */
    String[] permissions() default {};
}
