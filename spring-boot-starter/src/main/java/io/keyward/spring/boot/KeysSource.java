package io.keyward.spring.boot;

/**
 * The value of {@code keyward.store} that the keys come from. If the application has its own verifier or keys, there is
 * no such bean.
 */
record KeysSource(String name) {}
