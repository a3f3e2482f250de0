/**
 * Roles and permissions: what a key may do.
 *
 * <p>Start with {@link io.keyward.role.Role}, which an application declares, and {@link io.keyward.role.RoleModel},
 * which compiles a set of them once. A {@link io.keyward.role.Requirement} is what a part of the application asks for.
 */
@NullMarked
package io.keyward.role;

import org.jspecify.annotations.NullMarked;
