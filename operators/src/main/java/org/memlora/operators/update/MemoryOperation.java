package org.memlora.operators.update;

/** What a fact does to the memory (the words of Mem0 and of the paper, section 3). */
public enum MemoryOperation { ADD, UPDATE, DELETE, NONE }
