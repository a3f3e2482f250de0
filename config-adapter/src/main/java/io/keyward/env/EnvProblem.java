package io.keyward.env;

import org.jspecify.annotations.Nullable;

/**
 * Describes one problem of an {@code .env} text. Quotes nothing of the text but names.
 *
 * @param line the line, from 1; 0 if the whole text is meant
 * @param name the name of the assignment; null if the problem belongs to none
 * @param what what is wrong
 * @param rule what should hold instead
 * @param remedy what to do about it
 */
public record EnvProblem(int line, @Nullable String name, String what, String rule, String remedy) {}
