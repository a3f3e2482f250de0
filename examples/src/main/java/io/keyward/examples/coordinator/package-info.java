/**
 * The coordinator: a small job service that shows Keyward at work, runnable as one jar.
 *
 * <p>Read {@link io.keyward.examples.coordinator.CoordinatorServer} first: it declares the roles, the rules and the
 * endpoints. {@link io.keyward.examples.coordinator.Coordinator} is the command line around it,
 * {@link io.keyward.examples.coordinator.Demo} makes fresh keys and serves them.
 */
@NullMarked
package io.keyward.examples.coordinator;

import org.jspecify.annotations.NullMarked;
