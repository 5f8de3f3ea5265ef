package org.memlora.distillation.scenes;

import java.util.Locale;
import java.util.SplittableRandom;

/** The parts of the data. Each has seeds of its own, so that no scene of one is in another. */
public enum SceneSplit {
    TRAIN(0x5D588B656C078965L), VALIDATION(0x2545F4914F6CDD1DL), TEST(0x369DEA0F31A53F85L);

    private final long salt;

    SceneSplit(long salt) {
        this.salt = salt;
    }

    /** Depends on the seed and the scene's number only: a longer set begins with the shorter one. */
    SplittableRandom random(long seed, int index) {
        long ofSplit = new SplittableRandom(seed ^ salt).nextLong();
        return new SplittableRandom(new SplittableRandom(ofSplit + index).nextLong());
    }

    /** As in file names and on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
