package org.memlora.distillation.search;

/** Trains candidates in parts and measures them by validation loss. */
public interface InnerLoop {

    /** Optimizer steps of the whole training of a candidate. */
    int fullSteps(Candidate candidate);

    /** Trains to {@code budget} optimizer steps in all, going on where the candidate stands; what was done before is not done again. */
    Trial train(Candidate candidate, int budget);
}
