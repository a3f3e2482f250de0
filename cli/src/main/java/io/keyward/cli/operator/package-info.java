/**
 * Commands of an operator, over a file of keys: issue, list, rotate, revoke, hash, status.
 *
 * <p>Each command is one class named after it. {@code KeyOutput} writes a new key where it was asked for,
 * {@code Selection} finds the keys that a command changes.
 */
@NullMarked
package io.keyward.cli.operator;

import org.jspecify.annotations.NullMarked;
