/**
 * API keys over HTTP: issue, list, change, rotate, revoke, for operators and for key holders themselves.
 *
 * <p>Start with {@link io.keyward.admin.ApiKeyAdminServlet}; {@code AdminApi} is the table of its calls. {@link
 * io.keyward.admin.ApiKeyAdminPage} serves the page for people, which uses those calls.
 */
@NullMarked
package io.keyward.admin;

import org.jspecify.annotations.NullMarked;
