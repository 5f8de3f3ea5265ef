package org.memlora.distillation.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.distillation.ConfigurationFile;
import org.memlora.distillation.DistillationConfig;
import org.memlora.distillation.DistillationConfig.Expert;

class SearchConfigTest {
    private static final Path CONFIGURATIONS = Path.of("configurations");
    private static final String SEARCH = "search-smollm2-135m-instruct.yaml";

    /** The committed search with another output, other rounds and one grid for all stages. */
    static SearchConfig small(Path output, int keep, int budgetSteps, String grid) {
        try {
            Path file = Files.createDirectories(output).resolve("search.yaml");
            String text = Files.readString(CONFIGURATIONS.resolve(SEARCH));
            Files.writeString(file, text.substring(0, text.indexOf("search:\n")).replaceFirst("output: .*", "output: " + output) + "search:\n  keep: " + keep
                    + "\n  budgetSteps: " + budgetSteps + "\n  grids:\n    generation: " + grid + "\n    extraction: " + grid + "\n    update: " + grid + "\n");
            return SearchConfig.read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theCommittedSearchHasSixConfigurationsAStageAndNoTestConversation() {
        SearchConfig config = SearchConfig.read(CONFIGURATIONS.resolve(SEARCH));
        assertThat(ExpertSearch.stages(config)).containsExactly("extraction", "update", "generation");
        for (String stage : ExpertSearch.stages(config)) {
            assertThat(config.candidates(stage)).hasSize(6).extracting(Candidate::label).doesNotHaveDuplicates();
        }
        assertThat(config.data().train()).hasSize(7).noneMatch(file -> file.toString().matches(".*conv-(26|30|41)\\.json"));
        assertThat(config.data().validation()).containsExactly(Path.of("../shared/locomo/conv-26.json"));
        assertThat(config.distillation().output()).isEqualTo(Path.of("data/search/smollm2-135m-instruct"));
    }

    @Test
    void aGridIsTheProductOfItsValuesAndAlphaFollowsTheRank(@TempDir Path folder) {
        SearchConfig config = small(folder, 1, 20, "{learningRate: [1e-4, 2e-4], rank: [4, 8], dropout: [0.1], targets: [[q_proj, v_proj]], batchExamples: [5]}");
        List<Candidate> candidates = config.candidates("update");
        assertThat(candidates).extracting(Candidate::label).startsWith("learningRate 1.0E-4, rank 4, dropout 0.1, targets q_proj+v_proj, batchExamples 5").hasSize(4);
        Expert last = candidates.get(3).expert();
        assertThat(last.lora()).isEqualTo(new DistillationConfig.Lora(8, 16, 0.1, List.of("q_proj", "v_proj")));
        assertThat(last.training().learningRate()).isEqualTo(2e-4);
        assertThat(last.training().batchExamples()).isEqualTo(5);
        assertThat(last.training().maxSteps()).as("the configuration's own").isEqualTo(100);
    }

    @Test
    void wrongSearchesAreOneSentence(@TempDir Path folder) throws IOException {
        String right = Files.readString(CONFIGURATIONS.resolve(SEARCH));
        for (String[] change : List.of(new String[] {"keep: 2", "keep: 0", "search.keep is 0, expected at least 1"},
                new String[] {"budgetSteps: 20", "budgetSteps: 30", "search.budgetSteps is 30, expected a multiple of validateEverySteps of extraction, 20"},
                new String[] {"learningRate: \\[3e-4, 6e-4, 1.2e-3\\]", "learningRate: []", "learningRate of a grid is [], expected values or null"},
                new String[] {"learningRate: \\[3e-4, 6e-4, 1.2e-3\\]", "learningRate: [3e-4, 3e-4]", "has a value twice"},
                new String[] {"learningRate: \\[3e-4, 6e-4, 1.2e-3\\]", "learningRate: [7]", "learningRate is 7.0, expected 0 to 1.0"},
                new String[] {"      rank: null\n", "", "no setting \"rank\""}, new String[] {"    update:\n      learn", "    updates:\n      learn", "search.grids has updates"},
                new String[] {"(?s)search:.*", "", "no setting \"search\""},
                new String[] {"from: null", "from: an/expert", "search.grids.extraction has a rank or targets, but all candidates go on from the expert an/expert"}, new String[] {"(?s)  grids:.*", "  grids: {}\n", "search.grids is missing"})) {
            Path file = folder.resolve("wrong.yaml");
            String wrong = right.replaceFirst(change[0], change[1]);
            assertThat(wrong).as(change[0]).isNotEqualTo(right);
            Files.writeString(file, wrong);
            assertThatThrownBy(() -> SearchConfig.read(file)).as(change[2]).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("wrong.yaml").hasMessageContaining(change[2]).message().doesNotContain("\n");
        }
    }

    @Test
    void whatWasFoundIsCarriedToABiggerBase(@TempDir Path folder) throws IOException {
        SearchConfig search = SearchConfig.read(CONFIGURATIONS.resolve(SEARCH));
        DistillationConfig bigger = DistillationConfig.read(CONFIGURATIONS.resolve("qwen2.5-coder-0.5b-instruct.yaml"));
        Expert found = search.candidates("generation").get(4).expert();
        DistillationConfig carried = CarriedConfig.carry(Map.of("generation", found), bigger);
        Path file = Files.writeString(folder.resolve("carried.yaml"), ConfigurationFile.text(carried));

        assertThat(DistillationConfig.read(file)).as("reads back as it was written").isEqualTo(carried);
        assertThat(carried.base()).isEqualTo("qwen2.5-coder-0.5b-instruct");
        assertThat(carried.output()).isEqualTo(bigger.output());
        assertThat(carried.experts().get("generation").lora()).isEqualTo(found.lora()).isEqualTo(new DistillationConfig.Lora(16, 32, 0.05, List.of("q_proj", "v_proj")));
        assertThat(carried.experts().get("generation").training().learningRate()).isEqualTo(1.2e-3);
        assertThat(carried.experts().get("generation").training().maxSteps()).as("the bigger base's own").isEqualTo(bigger.experts().get("generation").training().maxSteps());
        Map<String, Expert> experts = new HashMap<>(bigger.experts());
        experts.put("generation", new Expert(bigger.expert("generation").lora(), bigger.expert("generation").training(), Path.of("bigger/expert"), null));
        DistillationConfig goesOn = new DistillationConfig(bigger.base(), bigger.output(), bigger.contextTokens(), bigger.data(), experts);
        Expert carriedOn = CarriedConfig.carry(Map.of("generation", found), goesOn).expert("generation");
        assertThat(carriedOn.from()).as("the bigger base's own").isEqualTo(Path.of("bigger/expert"));
        assertThat(carriedOn.lora()).as("that of the expert it goes on from").isEqualTo(bigger.expert("generation").lora());
        assertThat(carriedOn.training().learningRate()).isEqualTo(1.2e-3);
        assertThat(carried.experts().get("update")).as("was not searched").isEqualTo(bigger.experts().get("update"));
    }
}
