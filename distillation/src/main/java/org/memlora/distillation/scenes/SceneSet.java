package org.memlora.distillation.scenes;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The scenes of a split and a seed, as many as are wanted; the same ones at each call. Pixels at the edges of shapes are those of the JDK's own
 * rasterizer: another major version may smooth them otherwise.
 */
final class SceneSet {
    private static final int QUESTIONS = 2;
    private static final int ATTEMPTS = 10_000;

    private final SceneSplit split;
    private final long seed;

    SceneSet(SceneSplit split, long seed) {
        this.split = split;
        this.seed = seed;
    }

    /** Even ones are scattered objects, odd ones a group with something unusual. */
    RenderedScene scene(int index) {
        SplittableRandom random = split.random(seed, index);
        SceneComposer composer = index % 2 == 0 ? new ScatteredScenes(split, random) : new OddOneScenes(split, random);
        SceneQuestions asking = new SceneQuestions(SceneWording.of(split), random);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Optional<ComposedScene> composed = composer.compose().filter(found -> split != SceneSplit.TEST || hasHeldOut(found.scene()));
            List<SceneQuestion> questions = composed.map(asking::of).orElse(List.of());
            if (questions.size() == QUESTIONS) {
                Scene scene = composed.orElseThrow().scene();
                return new RenderedScene(scene, ScenePainter.paint(scene), questions, SceneDescription.of(scene));
            }
        }
        throw new IllegalStateException("no scene " + index + " of " + split.label() + " with seed " + seed + " after " + ATTEMPTS + " attempts");
    }

    private static boolean hasHeldOut(Scene scene) {
        return scene.objects().stream().anyMatch(object -> object.look().isHeldOut());
    }
}
