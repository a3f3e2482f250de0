/**
 * API keys over HTTP: issue, list, change, rotate, revoke, for operators and for key holders themselves.
 *
 * <p>Start with {@link io.keyward.admin.ApiKeyAdminServlet}, the only public type. {@code AdminApi} is the table of its calls.
 */
@NullMarked
package io.keyward.admin;

import org.jspecify.annotations.NullMarked;
