package org.memlora.evaluation.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/** Where the parts are measured. */
@FunctionalInterface
interface PartRunner {

    /** The part's result; with the field {@link BenchChild#ERROR} if it failed. */
    JsonNode run(BenchPart part, PartProgress progress) throws IOException, InterruptedException;
}
