package org.memlora.operators.memory;

/** A memory and how well it fits the query; higher is better. */
public record ScoredMemory(Memory memory, double score) { }
