package org.memlora.distillation;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.memlora.distillation.training.TrainingSettings;
import org.memlora.models.lora.LoraConfig;
import org.memlora.operators.Stage;

/**
 * One run of {@code distill}: a base, where the examples come from, and what is trained for each stage. A YAML or JSON file;
 * paths in it are relative to the working directory.
 *
 * @param base name in the catalogue, a .gguf file or a Hugging Face folder
 * @param output folder with one subfolder per stage: checkpoint, loss curve, and the expert in PEFT's format
 * @param contextTokens longest example, prompt and completion; longer ones are left out
 * @param experts by stage name; trained in this order
 */
public record DistillationConfig(String base, Path output, int contextTokens, Data data, Map<String, Expert> experts) {

    /**
     * @param folder training sets as JSON lines, {@code <set>-<stage>.jsonl} with the sets train and validation; sets that are missing there
     *     are built from the conversations, others are used if they were built from the same
     * @param train conversations in LoCoMo's format
     * @param validation conversations that only measure
     * @param teacher a teacher's record of the conversations (record-teacher); the examples are its outputs then, and not what the
     *     conversations' own annotations say; null = none
     * @param seed of what is drawn while building
     */
    public record Data(Path folder, List<Path> train, List<Path> validation, Path teacher, long seed) {
        public Data {
            require(folder != null, "data.folder is missing, expected the folder of the training sets");
            train = train == null ? List.of() : List.copyOf(train);
            validation = validation == null ? List.of() : List.copyOf(validation);
        }
    }

    /** @param rank of A and B @param targets names of linear layers, e.g. q_proj */
    public record Lora(int rank, double alpha, double dropout, List<String> targets) {
        public Lora {
            targets = targets == null ? List.of() : List.copyOf(targets);
            require(!targets.isEmpty(), "lora.targets is empty, expected names such as q_proj");
            require(dropout >= 0 && dropout < 1, "lora.dropout is " + dropout + ", expected at least 0 and below 1");
        }

        public LoraConfig config(String base) {
            return new LoraConfig(rank, alpha, dropout, targets, false, base, false);
        }
    }

    /**
     * @param from folder of an expert of the same base and settings whose weights the training begins with; null = from nothing
     * @param trainedShare share of the trained weights in the expert that is written, the rest is what it began with: half of both keeps what a
     *     further training unlearns (Wortsman et al., 2022, arXiv 2109.01903); null = 1
     */
    public record Expert(Lora lora, TrainingSettings training, Path from, Double trainedShare) {
        public Expert {
            require(lora != null && training != null, "an expert needs the sections lora and training");
            trainedShare = trainedShare == null ? 1 : trainedShare;
            require(trainedShare > 0 && trainedShare <= 1, "trainedShare is " + trainedShare + ", expected above 0 and at most 1");
            require(trainedShare == 1 || from != null, "trainedShare is " + trainedShare + " without an expert to begin with (from): there is nothing to average with");
        }

        public Expert(Lora lora, TrainingSettings training) {
            this(lora, training, null, null);
        }

        public Expert with(Lora other) {
            return new Expert(other, training, from, trainedShare);
        }

        public Expert with(TrainingSettings other) {
            return new Expert(lora, other, from, trainedShare);
        }
    }

    public DistillationConfig {
        require(base != null && !base.isBlank(), "base is missing, expected a name, a .gguf file or a folder");
        require(output != null, "output is missing, expected a folder");
        require(contextTokens >= 32, "contextTokens is " + contextTokens + ", expected at least 32");
        require(data != null, "the section data is missing");
        experts = experts == null ? Map.of() : new LinkedHashMap<>(experts);
        require(!experts.isEmpty(), "the section experts is missing, expected extraction, update or generation");
        for (String stage : experts.keySet()) {
            require(List.of(Stage.EXTRACTION.expertName(), Stage.UPDATE.expertName(), Stage.GENERATION.expertName()).contains(stage),
                    "the expert \"" + stage + "\" is no stage, expected extraction, update or generation");
        }
    }

    /** @throws IllegalArgumentException if there is none */
    public Expert expert(String stage) {
        Expert expert = experts.get(stage);
        require(expert != null, "The configuration has no expert " + stage + ", it has " + experts.keySet() + ".");
        return expert;
    }

    /** @throws IllegalArgumentException with one sentence that names the file and what is wrong in it */
    public static DistillationConfig read(Path file) {
        return ConfigurationFile.read(file, DistillationConfig.class);
    }

    private static void require(boolean held, String otherwise) {
        if (!held) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
