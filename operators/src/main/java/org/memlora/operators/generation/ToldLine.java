package org.memlora.operators.generation;

/** A line of the memories in the prompt, as the model reads it; {@code text}: what was said, or the fact, without its day. */
record ToldLine(String shown, String text) { }
