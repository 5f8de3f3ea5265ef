package org.memlora.distillation.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.distillation.DistillationConfig.Expert;

/** The whole search over a scripted inner loop and a scripted pipeline. */
class ExpertSearchTest {
    private static final Map<String, Double> LOSSES = Map.of("learningRate 1.0E-4", 3.0, "learningRate 2.0E-4", 1.0, "learningRate 3.0E-4", 2.0,
            "learningRate 4.0E-4", 4.0);

    @TempDir
    private Path folder;
    private SearchConfig config;
    private ScriptedInnerLoop inner;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    /** Scored combinations, and what was loaded for them. */
    private final List<Map<String, String>> scored = new ArrayList<>();
    private final List<List<String>> loaded = new ArrayList<>();
    private int scoresLeft = Integer.MAX_VALUE;

    @BeforeEach
    void configure() {
        config = SearchConfigTest.small(folder.resolve("out"), 2, 20, "{learningRate: [1e-4, 2e-4, 3e-4, 4e-4], rank: null, dropout: null, targets: null, batchExamples: null}");
        inner = new ScriptedInnerLoop(100, LOSSES);
    }

    /** Two of the three letters of the right combination are wrong in most; the right one isn't that of the lowest losses. */
    private static double score(Map<String, String> names) {
        return 0.1 * names.values().stream().filter(name -> name.endsWith("learningRate-3-0E-4")).count() + (names.get("update").endsWith("2-0E-4") ? 0.15 : 0);
    }

    private Optional<OuterLoop> outer() {
        return Optional.of(new OuterLoop(folder.resolve("out/combinations"), "scripted", this::expert, experts -> {
            try (Stream<Path> entries = Files.list(experts)) {
                loaded.add(entries.map(entry -> entry.getFileName().toString()).sorted().toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return new OuterScore() {
                @Override
                public Scored score(Map<String, String> names) {
                    if (scoresLeft-- == 0) {
                        throw new IllegalStateException("interrupted");
                    }
                    scored.add(names);
                    return new Scored(ExpertSearchTest.score(names), 30, 10, 2);
                }

                @Override
                public void close() { }
            };
        }, System.out));
    }

    private Path expert(String stage, String identity) {
        try {
            Path expert = Files.createDirectories(folder.resolve("trained").resolve(stage).resolve(identity));
            Files.writeString(expert.resolve("adapter_config.json"), "{}");
            Files.writeString(expert.resolve("adapter_model.safetensors"), identity);
            return expert;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Expert> search(Set<SearchMethod> methods, Optional<OuterLoop> outer) {
        return new ExpertSearch(config, inner, outer, new PrintStream(printed, true, StandardCharsets.UTF_8)).run(methods);
    }

    private JsonNode report() throws IOException {
        return new ObjectMapper().readTree(folder.resolve("out/search.json").toFile());
    }

    @Test
    void thePipelineDecidesBetweenTheBestOfEachStage() throws IOException {
        Map<String, Expert> best = search(EnumSet.of(SearchMethod.HALVING), outer());

        assertThat(best.keySet()).containsExactly("extraction", "update", "generation");
        assertThat(best.get("extraction").training().learningRate()).isEqualTo(3e-4);
        assertThat(best.get("update").training().learningRate()).isEqualTo(2e-4);
        assertThat(best.get("generation").training().learningRate()).isEqualTo(3e-4);
        assertThat(scored).as("two of each stage").hasSize(8).doesNotHaveDuplicates();
        assertThat(scored).as("only what the inner loop kept").allMatch(names -> names.values().stream().allMatch(name -> name.matches(".*[23]-0E-4")));
        assertThat(loaded).singleElement().satisfies(experts -> assertThat(experts).hasSize(6));
        assertThat(report().get("halving").get("best").get("update").asText()).isEqualTo("learningRate 2.0E-4");
        assertThat(report().get("halving").get("bestScore").asDouble()).isCloseTo(0.35, Offset.offset(1e-9));
    }

    @Test
    void theReportsFiguresAddUp() throws IOException {
        search(EnumSet.allOf(SearchMethod.class), outer());
        JsonNode report = report();
        // Per stage: 2 of 4 go on from 20 steps to 100, because 2 are kept.
        assertThat(report.get("halving").get("steps").asInt()).isEqualTo(3 * (2 * 20 + 2 * 100));
        assertThat(report.get("exhaustive").get("steps").asInt()).isEqualTo(3 * 4 * 100);
        for (String method : List.of("halving", "exhaustive")) {
            JsonNode found = report.get(method);
            assertThat(found.get("ran").asBoolean()).isTrue();
            assertThat(found.get("configurations").asInt()).isEqualTo(12);
            int steps = 0;
            for (JsonNode stage : found.get("stages")) {
                Map<String, Integer> last = new java.util.HashMap<>();
                stage.get("rounds").forEach(round -> round.get("trials").forEach(trial -> last.put(trial.get("configuration").asText(), trial.get("steps").asInt())));
                assertThat(stage.get("steps").asInt()).isEqualTo(last.values().stream().mapToInt(Integer::intValue).sum());
                assertThat(stage.get("bestLoss").asDouble()).isEqualTo(1.0 + 10.0 / 100);
                steps += stage.get("steps").asInt();
            }
            assertThat(found.get("steps").asInt()).isEqualTo(steps);
            assertThat(found.get("seconds").asDouble()).isEqualTo(steps * ScriptedInnerLoop.SECONDS_PER_STEP);
            assertThat(found.get("combinations")).hasSize(8);
            assertThat(found.get("outerSeconds").asDouble()).isEqualTo(16);
        }
        assertThat(scored).as("both methods kept the same: nothing is scored twice").hasSize(8);
        assertThat(inner.trained).as("exhaustive search trains on only what halving dropped").hasSize(3 * (4 + 2 + 2));
        assertThat(printed.toString(StandardCharsets.UTF_8)).containsPattern("halving +12 +720 +360 +1\\.1000 +1\\.1000 +1\\.1000 +8 +16 +0\\.3500")
                .containsPattern("exhaustive +12 +1200 +600 +1\\.1000").contains("score: scripted").contains("best of halving, update: learningRate 2.0E-4");
    }

    @Test
    void exhaustiveSearchThatWasNotRunIsEstimated() throws IOException {
        Map<String, Expert> best = search(EnumSet.of(SearchMethod.HALVING), Optional.empty());

        assertThat(best.get("extraction").training().learningRate()).as("the lowest loss").isEqualTo(2e-4);
        assertThat(report().get("exhaustive").get("ran").asBoolean()).isFalse();
        assertThat(report().get("exhaustive").get("stepsAtMost").asInt()).isEqualTo(1200);
        assertThat(report().get("exhaustive").get("secondsEstimated").asDouble()).isCloseTo(600, Offset.offset(1e-6));
        assertThat(report().get("halving").has("combinations")).isFalse();
        assertThat(printed.toString(StandardCharsets.UTF_8)).containsPattern("exhaustive \\(not run\\) +12 +<= 1200 +about 600 +-");
    }

    @Test
    void interruptedCombinationsAreNotScoredAgain() throws IOException {
        scoresLeft = 5;
        assertThatThrownBy(() -> search(EnumSet.of(SearchMethod.HALVING), outer())).hasMessage("interrupted");
        assertThat(scored).hasSize(5);
        int trainings = inner.trained.size();
        scoresLeft = Integer.MAX_VALUE;
        search(EnumSet.of(SearchMethod.HALVING), outer());

        assertThat(scored).hasSize(8).doesNotHaveDuplicates();
        assertThat(inner.trained).hasSize(trainings);
        assertThat(loaded.get(1)).as("the last three combinations have one extraction expert").hasSize(5);
        assertThat(report().get("halving").get("combinations")).hasSize(8);
        search(EnumSet.of(SearchMethod.HALVING), outer());
        assertThat(loaded).as("a finished search loads nothing").hasSize(2);
    }

    @Test
    void scoresOfAnotherMeasureDontCount() {
        search(EnumSet.of(SearchMethod.HALVING), outer());
        OuterLoop other = new OuterLoop(folder.resolve("out/combinations"), "other data", this::expert, experts -> {
            throw new IllegalStateException("opened");
        }, new PrintStream(printed, true, StandardCharsets.UTF_8));
        assertThat(printed.toString(StandardCharsets.UTF_8)).doesNotContain("can't be compared");
        assertThatThrownBy(() -> search(EnumSet.of(SearchMethod.HALVING), Optional.of(other))).hasMessage("opened");
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("scores.json has scores of these combinations that can't be compared")
                .contains("measured was scripted, now it is other data");
    }

    @Test
    void aRoundWithinTheWarmUpIsRefused() {
        inner = new ScriptedInnerLoop(1000, LOSSES);
        assertThatThrownBy(() -> search(EnumSet.of(SearchMethod.HALVING), Optional.empty())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("search.budgetSteps is 20").hasMessageContaining("60 steps of warm-up of extraction");
        assertThat(inner.trained).isEmpty();
    }
}
