package org.memlora.distillation.search;

import org.memlora.distillation.DistillationConfig.Expert;

/**
 * One configuration of one stage.
 *
 * @param label its settings that the grid varies, e.g. "learningRate 6.0E-4, rank 16"; unique within the stage
 */
public record Candidate(String stage, String label, Expert expert) { }
