package org.memlora.topology;

import org.memlora.operators.extraction.ExtractionOperator;
import org.memlora.operators.generation.GenerationOperator;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.update.UpdateOperator;

/**
 * What the graph calls. Threading: shared by all stream threads.
 *
 * @param model name of the base model, for the answers
 */
public record MemoryOperators(ExtractionOperator extraction, UpdateOperator update, GenerationOperator generation,
        MemoryRetriever retriever, String model) { }
