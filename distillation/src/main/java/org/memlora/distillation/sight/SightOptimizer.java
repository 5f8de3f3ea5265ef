package org.memlora.distillation.sight;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.memlora.distillation.training.AdamW;
import org.memlora.distillation.training.Gradients;
import org.memlora.distillation.training.TrainingSettings.Schedule;
import org.memlora.models.vision.embedded.ObjectSight;

/** AdamW's state of some of the eyes' parameters, one array each; the rate rises, then falls along a cosine to 0. */
final class SightOptimizer {
    private final ObjectSight sight;
    private final SightSettings settings;
    private final List<NDArray> parameters;
    private final List<float[]> values;
    private final List<float[]> first;
    private final List<float[]> second;

    /** From here on the parameters require gradients. */
    SightOptimizer(ObjectSight sight, SightSettings settings, List<NDArray> parameters) {
        this.sight = sight;
        this.settings = settings;
        this.parameters = parameters;
        parameters.forEach(array -> array.setRequiresGradient(true));
        values = parameters.stream().map(NDArray::toFloatArray).toList();
        first = values.stream().map(of -> new float[of.length]).toList();
        second = values.stream().map(of -> new float[of.length]).toList();
    }

    /** With the gradients of the pass before. @param step 0 .. steps - 1 */
    void step(int step, int steps) {
        List<float[]> gradients = Gradients.take(sight.manager(), parameters);
        Gradients.clip(gradients, settings.clipNorm());
        double rate = Schedule.COSINE.rate(settings.learningRate(), settings.warmupShare(), step, steps);
        for (int i = 0; i < gradients.size(); i++) {
            AdamW.step(values.get(i), gradients.get(i), first.get(i), second.get(i), step + 1, rate, settings.weightDecay());
            sight.set(parameters.get(i), values.get(i));
        }
    }

    /** Told each array's name and values. */
    interface State {
        void at(String name, float[] values);
    }

    /** For a checkpoint: to be kept, or to be overwritten with what was kept and then {@link #restored}. */
    void state(State state) {
        for (int i = 0; i < values.size(); i++) {
            state.at("value." + i, values.get(i));
            state.at("first." + i, first.get(i));
            state.at("second." + i, second.get(i));
        }
    }

    /** The values that {@link #state} has now become the parameters'. */
    void restored() {
        for (int i = 0; i < values.size(); i++) {
            sight.set(parameters.get(i), values.get(i));
        }
    }
}
