package org.memlora.distillation.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.distillation.DistillationConfig;
import org.memlora.distillation.DistillationConfig.Expert;
import org.memlora.distillation.DistillationConfig.Lora;
import org.memlora.distillation.LetterTokenizer;
import org.memlora.distillation.StageTraining;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.distillation.search.StageSearch.Found;
import org.memlora.distillation.training.TrainingSettings;
import org.memlora.distillation.training.TrainingSettings.Schedule;
import org.memlora.models.ChatMessage;
import org.memlora.models.OpenedBase;
import org.memlora.models.lora.AdapterFile;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.Precision;
import org.memlora.models.transformer.TransformerConfig;

/** Successive halving with real trainings of a tiny random model. */
class ExpertTrialsTest {
    private static final Path TINY = Path.of("../models/src/test/resources/transformer/qwen2-tied");

    /** Rounding; other rates or steps differ by far more. */
    private static final Percentage SAME = Percentage.withPercentage(1e-4);

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private static List<Candidate> candidates() {
        List<Candidate> candidates = new ArrayList<>();
        for (double rate : new double[] {0.0001, 0.02, 0.001, 0.01}) {
            TrainingSettings training = new TrainingSettings(rate, Schedule.COSINE, 0.1, 0.01, 1, 4, 60, 100, 12, 2, 8, 0, 1000, 7, Precision.FLOAT32);
            candidates.add(new Candidate("generation", "learningRate " + rate, new Expert(new Lora(4, 8, 0.1, List.of("q_proj", "v_proj")), training)));
        }
        return candidates;
    }

    private ExpertTrials trials(Path folder) {
        List<TrainingExample> examples = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            String letter = String.valueOf((char) ('a' + i));
            examples.add(new TrainingExample(List.of(ChatMessage.user("say " + letter)), letter + letter, List.of("1"), "c/say"));
        }
        OpenedBase base = new OpenedBase(TINY, TransformerConfig.fromHuggingFace(TINY.resolve("config.json")), SafetensorsFile.open(TINY), new LetterTokenizer());
        DistillationConfig config = new DistillationConfig("tiny", folder, 64, new DistillationConfig.Data(folder, List.of(), List.of(), null, 1),
                Map.of("generation", candidates().get(0).expert()));
        return new ExpertTrials(folder, "memlora search", stage -> new StageTraining(config, base, Device.cpu(),
                new PrintStream(printed, true, StandardCharsets.UTF_8), stage, examples.subList(0, 8), examples.subList(8, 10)));
    }

    private long trainings() {
        return Pattern.compile("seed 7, 12 steps at most").matcher(printed.toString(StandardCharsets.UTF_8)).results().count();
    }

    @Test
    void survivorsAreTheExpertsOfExhaustiveSearchAndNothingIsTrainedTwice(@TempDir Path folder) {
        ExpertTrials trials = trials(folder.resolve("halving"));
        Found halving = StageSearch.halving(candidates(), 2, 2, trials);
        assertThat(trainings()).as("4 to 2 steps, the better 2 to the end").isEqualTo(6);
        assertThat(halving.steps()).isEqualTo(2 * 2 + 2 * 12);
        assertThat(halving.best()).extracting(Candidate::label).doesNotContain("learningRate 1.0E-4");

        assertThat(StageSearch.halving(candidates(), 2, 2, trials(folder.resolve("halving")))).as("from the files alone").isEqualTo(halving);
        assertThat(trainings()).isEqualTo(6);

        Found exhaustive = StageSearch.exhaustive(candidates(), 2, trials(folder.resolve("exhaustive")));
        assertThat(exhaustive.steps()).isEqualTo(4 * 12);
        for (Candidate survivor : halving.best()) {
            Trial parts = halving.last().get(survivor);
            Trial whole = exhaustive.last().get(survivor);
            assertThat(parts.bestLoss()).isCloseTo(whole.bestLoss(), SAME);
            assertThat(parts.bestStep()).isEqualTo(whole.bestStep());
            assertThat(parts.identity()).isEqualTo(whole.identity());
            assertThat(AdapterFile.read("generation", trials.folder("generation", parts.identity())).config()).isEqualTo(survivor.expert().lora().config("tiny"));
        }
    }

    @Test
    void anInterruptedSearchAndOneWithSmallerRoundsGoOnFromTheCheckpoints(@TempDir Path folder) {
        Found whole = StageSearch.halving(candidates(), 2, 1, trials(folder.resolve("whole")));
        long expected = trainings();
        ExpertTrials real = trials(folder.resolve("parts"));
        int[] left = {5};
        InnerLoop stopping = new InnerLoop() {
            @Override
            public int fullSteps(Candidate candidate) {
                return real.fullSteps(candidate);
            }

            @Override
            public Trial train(Candidate candidate, int budget) {
                if (left[0]-- == 0) {
                    throw new IllegalStateException("interrupted");
                }
                return real.train(candidate, budget);
            }
        };
        assertThatThrownBy(() -> StageSearch.halving(candidates(), 2, 1, stopping)).hasMessage("interrupted");
        Found parts = StageSearch.halving(candidates(), 2, 1, trials(folder.resolve("parts")));
        assertThat(parts.best()).isEqualTo(whole.best());
        assertThat(parts.bestTrial().bestLoss()).isCloseTo(whole.bestTrial().bestLoss(), SAME);
        assertThat(trainings()).isEqualTo(2 * expected);

        Candidate best = whole.best().get(0);
        Trial behind = trials(folder.resolve("parts")).train(best, 6);
        Trial fresh = trials(folder.resolve("fresh")).train(best, 6);
        assertThat(behind.steps()).isEqualTo(6);
        assertThat(behind.bestLoss()).as("the checkpoint stands at 12 steps, the curve up to 6 counts").isCloseTo(fresh.bestLoss(), SAME);
        assertThat(behind.bestStep()).isEqualTo(fresh.bestStep());
    }
}
