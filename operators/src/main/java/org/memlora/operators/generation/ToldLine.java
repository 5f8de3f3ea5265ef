package org.memlora.operators.generation;

/**
 * A line of the memories in the prompt.
 *
 * @param shown as the model reads it, with its day
 * @param text what was said, or the fact
 * @param fact of the memory that it tells
 */
record ToldLine(String shown, String text, String fact) { }
