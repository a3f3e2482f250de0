/**
 * Commands of a key holder: log in to a service with a key, ask who it is, send a request.
 *
 * <p>Keys are stored by {@code CredentialPlace}, one TOML file that only its owner can read.
 */
@NullMarked
package io.keyward.cli.holder;

import org.jspecify.annotations.NullMarked;
