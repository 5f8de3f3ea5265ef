package org.memlora.distillation.training;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.memlora.models.transformer.TrainableTransformer;

/** All that a run changes. Arrays are one per parameter, in the order of the model's. */
final class TrainerState {
    final List<float[]> values = new ArrayList<>();
    final List<float[]> firstMoments = new ArrayList<>();
    final List<float[]> secondMoments = new ArrayList<>();
    List<float[]> best = new ArrayList<>();
    /** Optimizer steps done; with the seed, it decides the next examples and dropout. */
    int step;
    int bestStep;
    double bestLoss = Double.POSITIVE_INFINITY;
    int validationsWithoutGain;
    long tokens;
    double seconds;
    final List<LossPoint> curve = new ArrayList<>();

    private TrainerState() { }

    static TrainerState of(TrainableTransformer model) {
        TrainerState state = new TrainerState();
        for (NDArray parameter : parameters(model)) {
            float[] values = parameter.toFloatArray();
            state.values.add(values);
            state.firstMoments.add(new float[values.length]);
            state.secondMoments.add(new float[values.length]);
            state.best.add(values.clone());
        }
        return state;
    }

    static List<NDArray> parameters(TrainableTransformer model) {
        return model.trained();
    }

    void write(TrainableTransformer model, List<float[]> chosen) {
        List<NDArray> parameters = parameters(model);
        for (int i = 0; i < parameters.size(); i++) {
            model.set(parameters.get(i), chosen.get(i));
        }
    }
}
