package org.memlora.operators.memory;
import java.util.List;
public class MemoryRetriever { public List<ScoredMemory> retrieve(MemoryBank bank, String query, int limit) { return null; } }
