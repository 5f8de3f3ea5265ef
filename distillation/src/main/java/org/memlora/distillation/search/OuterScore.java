package org.memlora.distillation.search;

import java.nio.file.Path;
import java.util.Map;

/** The whole pipeline's score of combinations of experts. What a stage made for one combination may be reused for the next. */
public interface OuterScore extends AutoCloseable {

    /** Loads experts: a folder with one subfolder per expert, whose name the expert has in {@link #score}. */
    @FunctionalInterface
    interface Opener {
        OuterScore open(Path experts);
    }

    /**
     * @param score higher is better
     * @param requests that the stages made
     * @param reused how many of them needed no model, because another combination had made the same request to the same expert
     * @param seconds for this combination
     */
    record Scored(double score, long requests, long reused, double seconds) { }

    /** @param experts name by stage; a stage that is missing has the untuned base */
    Scored score(Map<String, String> experts);

    @Override
    void close();
}
