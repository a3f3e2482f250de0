/**
 * Keys in PostgreSQL, for many nodes, and in H2, for tests and development.
 *
 * <p>Start with {@link io.keyward.jdbc.JdbcApiKeyStore}, and with {@link io.keyward.jdbc.DatabaseFinding}, which its
 * check of the database returns.
 */
@NullMarked
package io.keyward.jdbc;

import org.jspecify.annotations.NullMarked;
