package org.memlora.distillation.search;

import java.util.LinkedHashMap;
import java.util.Map;
import org.memlora.distillation.DistillationConfig;
import org.memlora.distillation.DistillationConfig.Expert;
import org.memlora.distillation.training.TrainingSettings;

/** What a search on a small base found, for a bigger one. */
public final class CarriedConfig {
    private CarriedConfig() { }

    /**
     * LoRA, learning rate, its schedule, weight decay, clipping and batch of the found experts; base, data, output, lengths and what suits the
     * machine stay those of the bigger base's configuration. So do its experts that were not searched.
     *
     * @throws IllegalArgumentException if the bigger base's configuration lacks an expert
     */
    public static DistillationConfig carry(Map<String, Expert> found, DistillationConfig bigger) {
        Map<String, Expert> experts = new LinkedHashMap<>(bigger.experts());
        found.forEach((stage, expert) -> experts.put(stage, carry(expert, bigger.expert(stage))));
        return new DistillationConfig(bigger.base(), bigger.output(), bigger.contextTokens(), bigger.data(), experts);
    }

    private static Expert carry(Expert found, Expert own) {
        // An expert that it goes on from has its own LoRA.
        return new Expert(own.from() == null ? found.lora() : own.lora(), carry(found.training(), own.training()), own.from(), own.trainedShare());
    }

    private static TrainingSettings carry(TrainingSettings found, TrainingSettings own) {
        return new TrainingSettings(found.learningRate(), found.schedule(), found.warmupShare(), found.weightDecay(), found.clipNorm(), found.batchExamples(),
                own.microBatchTokens(), own.epochs(), own.maxSteps(), own.validateEverySteps(), own.validationExamples(), own.patience(), own.checkpointSeconds(),
                own.seed(), own.precision());
    }
}
