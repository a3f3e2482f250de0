package io.keyward.env;

import org.jspecify.annotations.Nullable;

/**
 * Says one thing that is wrong with an {@code .env} text. Holds nothing of the text but names.
 *
 * @param line the line, from 1; 0 if the whole text is meant
 * @param name the name of the assignment; null if none is to blame
 * @param what what is wrong
 * @param rule what should hold instead
 * @param remedy what to do about it
 */
public record EnvProblem(int line, @Nullable String name, String what, String rule, String remedy) {}
