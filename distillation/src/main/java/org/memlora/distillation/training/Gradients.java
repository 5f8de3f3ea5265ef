package org.memlora.distillation.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.List;
import org.memlora.models.transformer.TrainableTransformer;

/** The gradients of all parameters, one array each. */
public final class Gradients {
    private Gradients() { }

    static List<float[]> take(TrainableTransformer model) {
        return take(model.manager(), TrainerState.parameters(model));
    }

    /** Copies them out and sets the parameters' own to 0. */
    public static List<float[]> take(NDManager manager, List<NDArray> parameters) {
        List<float[]> gradients = new ArrayList<>();
        try (NDManager scratch = manager.newSubManager()) {
            for (NDArray parameter : parameters) {
                NDArray gradient = parameter.getGradient();
                gradient.attach(scratch);
                gradients.add(gradient.toFloatArray());
                gradient.set(new NDIndex(":"), 0);
            }
        }
        return gradients;
    }

    /** Scales them so that their length, over all of them, is at most {@code most} (0 = no limit); returns the length before. */
    public static double clip(List<float[]> gradients, double most) {
        double squares = 0;
        for (float[] gradient : gradients) {
            for (float value : gradient) {
                squares += (double) value * value;
            }
        }
        double norm = Math.sqrt(squares);
        if (most > 0 && norm > most) {
            float factor = (float) (most / norm);
            for (float[] gradient : gradients) {
                for (int i = 0; i < gradient.length; i++) {
                    gradient[i] *= factor;
                }
            }
        }
        return norm;
    }
}
