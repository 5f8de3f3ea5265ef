package org.memlora.topology;

import java.util.Optional;
import org.memlora.operators.extraction.ExtractionOperator;
import org.memlora.operators.generation.GenerationOperator;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.update.UpdateOperator;
import org.memlora.operators.vision.VisionOperator;

/**
 * What the graph calls. Threading: shared by all stream threads.
 *
 * @param vision empty = pictures count by their captions
 * @param model name of the base that answers from memories, for the answers
 */
public record MemoryOperators(ExtractionOperator extraction, UpdateOperator update, GenerationOperator generation,
        MemoryRetriever retriever, Optional<VisionOperator> vision, String model) {

    /** Without eyes. */
    public MemoryOperators(ExtractionOperator extraction, UpdateOperator update, GenerationOperator generation, MemoryRetriever retriever,
            String model) {
        this(extraction, update, generation, retriever, Optional.empty(), model);
    }
}
