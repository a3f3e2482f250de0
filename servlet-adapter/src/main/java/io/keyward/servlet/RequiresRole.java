package io.keyward.servlet;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * States on a servlet class that its callers need one of some roles.
 *
 * <p>{@link ApiKeyFilter} reads it when it is initialised. If a rule names the path too, both must be met; if none
 * does, the annotation replaces the rest-rule. It never opens what a rule closes.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface RequiresRole {
    /** Returns the roles, one of which is needed; at least one must be named. */
    String[] value();
}
