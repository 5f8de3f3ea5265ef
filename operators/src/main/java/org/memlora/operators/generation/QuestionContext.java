package org.memlora.operators.generation;
import java.util.List; import java.time.Instant; import org.memlora.operators.memory.ScoredMemory;
public record QuestionContext(String bankId, String questionEventId, String question, Instant time, List<ScoredMemory> memories) { }
