package io.keyward.servlet;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * States on a servlet class that its callers need all of some permissions.
 *
 * <p>Read and combined with rules as {@link RequiresRole}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface RequiresPermission {
    /** Returns the permissions, all of which are needed; at least one must be named. */
    String[] value();
}
