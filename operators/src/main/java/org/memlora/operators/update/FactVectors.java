package org.memlora.operators.update;

/**
 * Unit vectors of a new fact.
 *
 * @param fact of its text
 * @param said of the exchange it came from
 */
record FactVectors(float[] fact, float[] said) { }
