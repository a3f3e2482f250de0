package io.keyward.spring.boot;

/**
 * Says which value of {@code keyward.store} the keys come from; there is no such bean where the application brings its
 * own.
 *
 * @param name the value
 */
record KeysSource(String name) {}
