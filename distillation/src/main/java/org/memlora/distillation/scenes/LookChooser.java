package org.memlora.distillation.scenes;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/** Chooses looks that a split may show: training never a held-out one, the test mostly those. */
final class LookChooser {
    private static final double HELD_OUT_SHARE = 0.75;

    private final SceneSplit split;
    private final SplittableRandom random;

    LookChooser(SceneSplit split, SplittableRandom random) {
        this.split = split;
        this.random = random;
    }

    /** Empty if no look of this split is as wanted. */
    Optional<Look> choose(Predicate<Look> wanted) {
        if (split == SceneSplit.TEST && random.nextDouble() < HELD_OUT_SHARE) {
            Optional<Look> heldOut = any(Look.ALL.stream().filter(Look::isHeldOut).filter(wanted).toList());
            if (heldOut.isPresent()) {
                return heldOut;
            }
        }
        return any(Look.ALL.stream().filter(this::mayShow).filter(wanted).toList());
    }

    boolean mayShow(Look look) {
        return split == SceneSplit.TEST || !look.isHeldOut();
    }

    private Optional<Look> any(List<Look> looks) {
        return looks.isEmpty() ? Optional.empty() : Optional.of(looks.get(random.nextInt(looks.size())));
    }
}
