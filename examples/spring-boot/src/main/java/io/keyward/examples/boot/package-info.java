/** The API of the coordinator as a Spring Boot application. */
@NullMarked
package io.keyward.examples.boot;

import org.jspecify.annotations.NullMarked;
