package org.memlora.distillation;

import ai.djl.Device;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.memlora.distillation.examples.ExampleFile;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.distillation.training.LoraTrainer;
import org.memlora.models.OpenedBase;
import org.memlora.models.lora.AdapterFile;
import org.memlora.models.safetensors.SafetensorsType;

/**
 * Cross-validation over the training conversations: for each fold an expert is trained on the conversations of the others and scored on the
 * fold's own. Which step is the best is decided on the validation set, not on the fold. A fold that has its scores is not run again.
 */
public final class CrossValidation {
    /** Name of the set that folds are scored on. */
    static final String SET = "folds";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final DistillationConfig config;
    private final OpenedBase base;
    private final Device device;
    private final PrintStream out;
    private final Scorer scorer;

    /** Scores of an expert by name, the weightiest first. */
    @FunctionalInterface
    public interface Scorer {
        /** @param experts folder with the expert in the subfolder named as its stage */
        Map<String, Double> score(String stage, Path experts, List<TrainingExample> heldOut);
    }

    /** @param trainingExamples of the other folds @param heldOut examples that the scores are of */
    public record Fold(List<String> conversations, int trainingExamples, int heldOut, Map<String, Double> scores) { }

    public CrossValidation(DistillationConfig config, OpenedBase base, Device device, PrintStream out, Scorer scorer) {
        this.config = config;
        this.base = base;
        this.device = device;
        this.out = out;
        this.scorer = scorer;
    }

    /**
     * Prints each fold and the means, and writes both to {@code folds-<folds>/scores.json} in the stage's output folder.
     *
     * @throws IllegalArgumentException if there are fewer conversations than folds, or what is to be answered has no room in the context
     */
    public List<Fold> run(String stage, int folds) {
        List<TrainingExample> training = ExampleFile.read(DistillationRun.setFile(config.data().folder(), "train", stage));
        List<TrainingExample> validation = ExampleFile.read(DistillationRun.setFile(config.data().folder(), "validation", stage));
        List<TrainingExample> measured = ExampleFile.read(DistillationRun.setFile(config.data().folder(), SET, stage));
        requireRoom(measured, DistillationRun.setFile(config.data().folder(), SET, stage));
        List<List<String>> groups = groups(training, stage, folds);
        Path folder = config.output().resolve(stage).resolve("folds-" + folds);
        List<Fold> done = new ArrayList<>();
        for (int i = 0; i < folds; i++) {
            List<String> own = groups.get(i);
            Fold fold = fold(stage, own, folder.resolve(String.valueOf(i + 1)), training.stream().filter(example -> !own.contains(conversation(example))).toList(),
                    validation, measured.stream().filter(example -> own.contains(conversation(example))).toList());
            out.println("fold " + (i + 1) + " of " + folds + ", " + own + ", " + fold.heldOut() + " examples: " + shown(fold.scores()));
            done.add(fold);
        }
        Map<String, Double> means = means(done);
        out.println(stage + ", mean of " + folds + " folds: " + shown(means));
        ObjectNode json = JSON.createObjectNode();
        json.set("mean", JSON.valueToTree(means));
        json.set("folds", JSON.valueToTree(done));
        WholeFile.write(folder.resolve("scores.json"), json.toPrettyString());
        return done;
    }

    /** Before hours are spent. */
    private void requireRoom(List<TrainingExample> measured, Path file) {
        int longest = measured.stream().mapToInt(example -> base.tokenizer().encodeChat(example.prompt()).length).max().orElse(0);
        if (longest > config.contextTokens()) {
            throw new IllegalArgumentException("The longest prompt of " + file + " has " + longest + " tokens, contextTokens of the configuration is "
                    + config.contextTokens() + ": set it to at least " + longest + ".");
        }
    }

    private Fold fold(String stage, List<String> conversations, Path folder, List<TrainingExample> others, List<TrainingExample> validation,
            List<TrainingExample> heldOut) {
        if (heldOut.isEmpty()) {
            throw new IllegalArgumentException("The set " + DistillationRun.setFile(config.data().folder(), SET, stage) + " has no example of "
                    + conversations + ": delete it, then it is built again.");
        }
        DistillationConfig.Expert expert = config.expert(stage);
        StageTraining training = new StageTraining(config, base, device, out, stage, others, validation);
        String run = training.identity(expert) + "-" + checksum(heldOut);
        Path file = folder.resolve("fold.json");
        if (Files.exists(file)) {
            return read(file, run);
        }
        LoraTrainer.Outcome outcome = training.train(expert, folder, Integer.MAX_VALUE);
        Path experts = folder.resolve("experts");
        try {
            Files.createDirectories(experts.resolve(stage));
            AdapterFile.write(outcome.best(), experts.resolve(stage), SafetensorsType.F16);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + experts, e);
        }
        Fold fold = new Fold(conversations, others.size(), heldOut.size(), scorer.score(stage, experts, heldOut));
        ObjectNode json = JSON.createObjectNode().put("run", run);
        json.set("fold", JSON.valueToTree(fold));
        WholeFile.write(file, json.toPrettyString());
        return fold;
    }

    /** Conversations of each fold: the largest first, each into the fold with the fewest examples so far. */
    static List<List<String>> groups(List<TrainingExample> training, String stage, int folds) {
        Map<String, Long> sizes = training.stream().collect(Collectors.groupingBy(CrossValidation::conversation, TreeMap::new, Collectors.counting()));
        if (folds < 2 || folds > sizes.size()) {
            throw new IllegalArgumentException("There can't be " + folds + " folds: the training set of " + stage + " has " + sizes.size()
                    + " conversations, expected 2 to " + sizes.size() + " folds.");
        }
        List<List<String>> groups = new ArrayList<>();
        long[] examples = new long[folds];
        for (int i = 0; i < folds; i++) {
            groups.add(new ArrayList<>());
        }
        for (String conversation : sizes.keySet().stream().sorted(Comparator.comparing((String name) -> sizes.get(name)).reversed()).toList()) {
            int smallest = 0;
            for (int i = 1; i < folds; i++) {
                smallest = examples[i] < examples[smallest] ? i : smallest;
            }
            groups.get(smallest).add(conversation);
            examples[smallest] += sizes.get(conversation);
        }
        return groups;
    }

    private static String conversation(TrainingExample example) {
        return example.source().substring(0, Math.max(0, example.source().indexOf('/')));
    }

    /** Over the folds that have the score. */
    private static Map<String, Double> means(List<Fold> folds) {
        Map<String, Double> means = new LinkedHashMap<>();
        folds.stream().flatMap(fold -> fold.scores().keySet().stream()).distinct().forEach(name -> means.put(name, folds.stream()
                .map(fold -> fold.scores().get(name)).filter(score -> score != null && Double.isFinite(score)).mapToDouble(Double::doubleValue)
                .average().orElse(Double.NaN)));
        return means;
    }

    private static String shown(Map<String, Double> scores) {
        return scores.entrySet().stream().map(entry -> String.format(Locale.ROOT, "%s %.3f", entry.getKey(), entry.getValue())).collect(Collectors.joining(", "));
    }

    private static String checksum(List<TrainingExample> examples) {
        CRC32C checksum = new CRC32C();
        checksum.update(examples.toString().getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(checksum.getValue());
    }

    private static Fold read(Path file, String run) {
        try {
            ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
            if (!json.path("run").asText().equals(run)) {
                throw new IllegalArgumentException("The scores " + file + " belong to a run with other settings or data (" + json.path("run").asText()
                        + ", this one is " + run + "): delete their folder, or give another output folder.");
            }
            return JSON.treeToValue(json.get("fold"), Fold.class);
        } catch (IOException e) {
            throw new UncheckedIOException("The scores " + file + " can't be read: delete the file.", e);
        }
    }
}
