package org.memlora.models.vision;

import ai.djl.ndarray.NDArray;
import org.memlora.models.vision.VisionConfig.Family;

/** Squares of f x f neighbouring patches to vectors of the transformer's width. */
final class Projector {
    /** PyTorch's default, which InternVL's projector has whatever its config says of the tower. */
    private static final double NORM_EPSILON = 1e-5;

    private final VisionConfig config;
    private final LayerNormalisation norm;
    private final Affine first;
    private final Affine second;

    Projector(VisionConfig config, VisionLoader loader, int transformerWidth) {
        this.config = config;
        int width = config.width() * config.shuffle() * config.shuffle();
        if (config.family() == Family.IDEFICS3) {
            norm = null;
            first = loader.linear("projector.modality_projection.proj", transformerWidth, width);
            second = null;
        } else {
            norm = loader.norm("projector.layer_norm", width, NORM_EPSILON);
            first = loader.linear("projector.linear_1", transformerWidth, width);
            second = loader.linear("projector.linear_2", transformerWidth, transformerWidth);
        }
    }

    /** Patches [T, side * side, C] to features [T * (side / f)², W]. */
    NDArray forward(NDArray patches) {
        long tiles = patches.getShape().get(0);
        int f = config.shuffle();
        int side = config.patchesPerSide() / f;
        NDArray squares = patches.reshape(tiles, side, f, side, f, config.width()).transpose(0, 1, 3, 2, 4, 5)
                .reshape(tiles * side * side, (long) f * f * config.width());
        return norm == null ? first.forward(squares) : second.forward(Gelu.EXACT.apply(first.forward(norm.forward(squares))));
    }
}
