package org.memlora.evaluation.rows;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.memlora.operators.Stage;

/** The rows of an evaluation; {@link #text} is the name on the command line and in summary.json. */
public enum RowName {
    /** The pipeline with the experts of all three stages. */
    EXPERTS(true),
    /** The pipeline with the untuned base in all stages. */
    BASE(true),
    /** The pipeline with a bigger untuned base. */
    RIVAL(true),
    /** The question alone. */
    NO_MEMORY(false),
    /** The last turns of the conversation. */
    LAST_TURNS(false),
    /** The turns most like the question, untuned base. */
    RAW_RETRIEVAL(false),
    /** The same turns, with the generation expert. */
    RAW_RETRIEVAL_EXPERT(false),
    /** The turns that hold the answer: no retrieval can do better. With the generation expert where there is one. */
    GOLD_EVIDENCE(false),
    /** The pipeline with the extraction expert only. */
    EXPERTS_EXTRACTION(true),
    /** The pipeline with the experts of extraction and update. */
    EXPERTS_EXTRACTION_UPDATE(true);

    private final boolean pipeline;

    RowName(boolean pipeline) {
        this.pipeline = pipeline;
    }

    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws IllegalArgumentException for an unknown name; lists the known ones */
    public static RowName of(String text) {
        return Arrays.stream(values()).filter(row -> row.text().equals(text)).findFirst().orElseThrow(() -> new IllegalArgumentException(
                "There is no row \"" + text + "\": give some of " + String.join(", ", texts()) + "."));
    }

    public static List<String> texts() {
        return Arrays.stream(values()).map(RowName::text).toList();
    }

    /** All events go through the real pipeline. */
    public boolean isPipeline() {
        return pipeline;
    }

    /** The stages whose experts the row may use. */
    Set<Stage> stages() {
        return switch (this) {
            case EXPERTS -> EnumSet.of(Stage.EXTRACTION, Stage.UPDATE, Stage.GENERATION);
            case EXPERTS_EXTRACTION -> EnumSet.of(Stage.EXTRACTION);
            case EXPERTS_EXTRACTION_UPDATE -> EnumSet.of(Stage.EXTRACTION, Stage.UPDATE);
            case RAW_RETRIEVAL_EXPERT, GOLD_EVIDENCE -> EnumSet.of(Stage.GENERATION);
            default -> EnumSet.noneOf(Stage.class);
        };
    }

    /** Makes no sense without these experts. */
    public Set<Stage> needs() {
        return this == GOLD_EVIDENCE ? Set.of() : stages();
    }
}
