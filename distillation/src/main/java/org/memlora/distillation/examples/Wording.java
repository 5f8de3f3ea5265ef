package org.memlora.distillation.examples;

import java.util.List;
import java.util.SplittableRandom;

/** Which of a template's wordings are used: the held-out set is worded as no training example is. */
public enum Wording {
    TRAINING, HELD_OUT;

    /** One of the wordings; the last third, at least one, is for the held-out set. */
    String choose(List<String> wordings, SplittableRandom random) {
        int heldOut = Math.max(1, wordings.size() / 3);
        int training = wordings.size() - heldOut;
        return this == TRAINING ? wordings.get(random.nextInt(training)) : wordings.get(training + random.nextInt(heldOut));
    }
}
