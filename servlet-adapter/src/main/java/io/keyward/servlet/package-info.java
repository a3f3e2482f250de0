/**
 * Guards a servlet application with API keys.
 *
 * <p>Start with {@link io.keyward.servlet.ApiKeyFilter}, which is built from a verifier and rules, and
 * {@link io.keyward.servlet.Access}, which is what a rule requires.
 */
@NullMarked
package io.keyward.servlet;

import org.jspecify.annotations.NullMarked;
