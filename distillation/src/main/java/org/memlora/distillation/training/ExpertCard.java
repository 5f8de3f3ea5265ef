package org.memlora.distillation.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.memlora.models.lora.AdapterFile;
import org.memlora.models.lora.LoraConfig;
import org.memlora.models.safetensors.SafetensorsType;
import org.memlora.models.transformer.TrainableTransformer.Row;

/**
 * What an expert's folder says about it.
 *
 * @param command as it was given
 * @param from expert that the training began with
 * @param trainedShare share of the trained weights, the rest is what the training began with
 * @param conversations where the examples come from; empty for the vision expert, whose scenes are this project's own
 * @param kinds training examples by kind
 */
public record ExpertCard(String base, String stage, String command, TrainingSettings settings, Optional<Path> from, double trainedShare, Optional<Conversations> conversations,
        LoraTrainer.Outcome outcome, Map<String, Long> kinds, List<Row> training, List<Row> validation) {
    private static final String LOCOMO = """
            LoCoMo (snap-research/LoCoMo, Maharana et al., ACL 2024) has the licence CC BY-NC 4.0; its non-commercial terms may bear on the use of this expert.""";
    private static final String TEACHER = """
            The examples are what a teacher answered (%s), filtered: prose and thinking stripped, what doesn't parse, isn't grounded in the exchange or was cut off, as far as the record says so, dropped.""";
    private static final String SCENES = """
            Data: pictures, questions and descriptions of this project's own renderer (`render-scenes`); nobody else's. The first blocks of the eyes are those
            of EfficientNet-lite0 (models/encoders/efficientnet-lite0, Apache License 2.0), the others began as its.""";

    /**
     * As the configuration names them.
     *
     * @param teacher record of a teacher's outputs, in the place of examples made from the conversations' own notes
     * @param unknownSets those of which it isn't known that they were built from this
     */
    public record Conversations(List<Path> training, List<Path> validation, Optional<Path> teacher, List<String> unknownSets) {
        String text() {
            List<Path> all = Stream.concat(training.stream(), validation.stream()).toList();
            boolean locomo = all.isEmpty() || all.stream().anyMatch(file -> file.getFileName().toString().matches("conv-\\d+\\.json"));
            return "Data: " + names(training) + " for training, " + names(validation) + " for validation."
                    + (all.isEmpty() || unknownSets.isEmpty() ? "" : " So says the configuration; it isn't known what these sets were built from: "
                            + String.join(", ", unknownSets) + ".")
                    + (locomo ? (all.isEmpty() ? " If they come from LoCoMo: " : " ") + LOCOMO : "");
        }

        private static String names(List<Path> files) {
            return files.isEmpty() ? "sets that were given" : files.stream().map(file -> file.getFileName().toString()).collect(Collectors.joining(", "));
        }
    }

    /** Writes the expert (float16), its card README.md and its loss curve loss.svg into the folder. */
    public static void write(Path folder, ExpertCard card) throws IOException {
        AdapterFile.write(card.outcome.best(), folder, SafetensorsType.F16);
        Files.writeString(folder.resolve("README.md"), card.text());
        Files.writeString(folder.resolve("loss.svg"), LossPlot.svg(card.base + ", " + card.stage, card.outcome.curve()));
    }

    private String text() {
        LoraConfig lora = outcome.best().config();
        return String.format(Locale.ROOT, """
                # %s expert for %s
                LoRA adapter in PEFT's format (float16), trained by this project's own trainer.

                | | |
                | --- | --- |
                | command | `%s` |
                | begun with | %s |
                | LoRA | r %d, alpha %s, dropout %s, %s |
                | training | learning rate %s (%s), %d examples a step, %s, seed %d |
                | data | %d training examples, %d validation examples |
                | kinds of examples | %s |
                | prompt tokens, mean | %.1f |
                | steps, tokens, time | %d, %d, %.0f s of steps (%.0f tokens/s) |
                | validation loss, nats per completion token | %.4f after step %d; %s with the same prompts %.4f |

                %s

                %s
                """, Character.toUpperCase(stage.charAt(0)) + stage.substring(1), base, command,
                from.map(folder -> "the expert " + folder).orElse("the bare base") + weights(), lora.rank(), lora.alpha(), lora.dropout(),
                String.join(" ", lora.targetModules()), settings.learningRate(), settings.schedule().name().toLowerCase(Locale.ROOT),
                settings.batchExamples(), settings.precision().name().toLowerCase(Locale.ROOT), settings.seed(), training.size(), validation.size(), kinds, ExampleRows.meanPromptTokens(training),
                outcome.steps(), outcome.tokens(), outcome.seconds(), outcome.tokens() / outcome.seconds(), outcome.bestLoss(), outcome.bestStep(),
                from.isPresent() ? "before the first step" : "bare base", outcome.baseLoss(), about(), conversations.map(Conversations::text).orElse(SCENES));
    }

    private String weights() {
        return trainedShare == 1 ? "" : String.format(Locale.ROOT, "; the weights are the average of it (%s) and the trained ones (%s, whose losses stand below)", 1 - trainedShare, trainedShare);
    }

    private String about() {
        Optional<Path> teacher = conversations.flatMap(Conversations::teacher);
        return teacher.isPresent() ? String.format(TEACHER, teacher.get().getFileName()) : switch (stage) {
            case "extraction" -> """
                    The facts are the conversations' observations (LoCoMo's are a large model's), with relative dates resolved; a fact without a date got the one of the sentence
                    it comes from. A turn that a question rests on and no observation: its own sentence, turned into the third person by rules. Exchanges without
                    any of both are examples of NONE. Exchanges with several facts stand twice; own-facts and own-none are short exchanges of this project's own wording.""";
            case "update" -> """
                    No teacher decided these examples: they are made from the observations by templates. NONE: the fact restated by synonyms and another order, or a part
                    of it. UPDATE: a state with another value, or the whole of what was known in part. DELETE: a state taken back. ADD: another observation, the same
                    about another person, another value of what happened once, and all of the above where the bank lacks the memory concerned. The validation set comes
                    from a held-out conversation and uses wordings that no training example has; its kinds of change are the same ones.""";
            case "vision" -> """
                    The eyes (sight.json, sight.safetensors) find the objects of a picture and tell their shape, colour, texture, part, and which is unlike the
                    others; they were taught on scenes whose renderer knows all that, and are frozen here. Each object, each small part and the whole picture is
                    one vector in the prompt, objects that are alike (counted by the eyes) two, what they are and how many; the projector that makes them was trained together with this
                    expert. Pictures unlike those scenes are photos: they stand in the prompt as the word of the encoder's own class head, where that is sure.""";
            default -> """
                    Memories are observations, and the turn itself where there is none; the answer is the gold answer. Questions of category 5 are answered
                    "not mentioned". own-now and own-before are this project's own facts that change, and questions about what is now and what was before.""";
        };
    }
}
