package org.memlora.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.operators.extraction.Exchange;
import org.memlora.topology.demo.DialogueReader;
import org.memlora.topology.serving.StageMeter;

class RowMeasurementTest {

    private static final double LONG = 60;

    /** Writes down what it is called with; knows an answer to every second question of a call. */
    private static final class Recorder implements MemorySystem {
        final List<List<String>> exchanges = new CopyOnWriteArrayList<>();
        final List<String> filled = new CopyOnWriteArrayList<>();
        final List<Integer> questions = new CopyOnWriteArrayList<>();

        @Override
        public void remember(List<Exchange> batch) {
            exchanges.add(batch.stream().map(Exchange::bankId).toList());
        }

        @Override
        public void fill(Workload.Bank bank) {
            filled.add(bank.id());
        }

        @Override
        public int answer(List<Asked> asked) {
            questions.add(asked.size());
            return (asked.size() + 1) / 2;
        }
    }

    @Test
    void feedsEveryExchangeOnceAndKeepsBanksOfACallApart() throws InterruptedException {
        RowResult result = new RowResult();
        Recorder recorder = new Recorder();
        List<Workload.Bank> banks = Workload.banks(List.of(DialogueReader.demo()), 4);
        new RowMeasurement(banks, 2, 2, LONG, result, (what, done, total) -> { }).run(recorder);

        assertThat(result.turns).isEqualTo(2 * 64);
        assertThat(recorder.exchanges).allSatisfy(call -> assertThat(call).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(2));
        assertThat(recorder.exchanges.stream().mapToInt(List::size).sum()).isEqualTo(banks.stream().mapToInt(bank -> bank.exchanges().size()).sum());
        assertThat(recorder.questions.stream().mapToInt(Integer::intValue).sum()).isEqualTo(2 * 14);
        assertThat(recorder.filled).hasSize(4).doesNotHaveDuplicates();
        assertThat(result.answers).as("those that the system answered").isBetween(14L, 27L);
    }

    @Test
    void callsOneByOneInTurns() throws InterruptedException {
        Recorder recorder = new Recorder();
        new RowMeasurement(Workload.banks(List.of(DialogueReader.demo()), 2), 1, 1, LONG, new RowResult(), (what, done, total) -> { }).run(recorder);

        assertThat(recorder.exchanges).allMatch(call -> call.size() == 1);
        assertThat(recorder.exchanges.subList(0, 3)).containsExactly(List.of("hazel-and-ravi"), List.of("ines-and-otto"), List.of("hazel-and-ravi"));
    }

    @Test
    void startsNothingAfterItsTime() throws InterruptedException {
        RowResult result = new RowResult();
        new RowMeasurement(Workload.banks(List.of(DialogueReader.demo()), 2), 1, 1, 0, result, (what, done, total) -> { }).run(new Recorder());

        assertThat(result.turns).isZero();
        assertThat(result.answers).isZero();
    }

    @Test
    void longPromptsGoThroughAllThreeOperations() throws InterruptedException {
        ScriptedLanguageModel model = new ScriptedLanguageModel()
                .when(request -> ScriptedLanguageModel.promptText(request).contains("Return the facts in JSON"), "{\"facts\": [\"Has a dog\", \"Likes \\\"tea\\\"\"]}")
                .when(request -> ScriptedLanguageModel.promptText(request).contains("Updated memory:"), "{\"memory\": [")
                .otherwise("yes");
        RowResult result = new RowResult();
        LongPrompts prompts = new LongPrompts(prompt -> String.join(" ", prompt.stream().map(message -> message.content()).toList()).split("\\s+").length,
                text -> text.strip().split("\\s+").length);
        try (HashEmbedder embedder = new HashEmbedder()) {
            new RowMeasurement(Workload.banks(List.of(DialogueReader.demo()), 2), 1, 1, LONG, result, (what, done, total) -> { })
                    .run(new LongPromptSystem(model, prompts, embedder, result.meter));
        }
        JsonNode json = result.json("long-prompts");

        assertThat(json.get("stages").get("extraction").get("requests").asInt()).isEqualTo(json.get("stages").get("update").get("requests").asInt()).isPositive();
        assertThat(json.get("stages").get("extraction").get("promptTokens").asDouble()).as("words count as tokens here").isBetween(719.0, 795.0);
        assertThat(json.get("stages").get("update").get("promptTokens").asDouble()).isBetween(1648.0, 1822.0);
        assertThat(result.answers).isEqualTo(14);
        assertThat(json.get("tokensPerTurn").asDouble()).isGreaterThan(1000);
    }

    @Test
    void ourStagesRememberAndAnswer() {
        ScriptedLanguageModel model = new ScriptedLanguageModel()
                .when(request -> ScriptedLanguageModel.promptText(request).contains("Dialogue:"), "- Hazel signed the lease.")
                .when(request -> ScriptedLanguageModel.promptText(request).contains("New fact:"), "ADD")
                .otherwise("yes");
        StageMeter meter = new StageMeter();
        Workload.Bank bank = Workload.banks(List.of(DialogueReader.demo()), 1).get(0);
        try (HashEmbedder embedder = new HashEmbedder()) {
            StageOperators operators = new StageOperators(model, embedder, meter);
            MemorySystem.Asked asked = new MemorySystem.Asked(bank.id(), bank.questions().get(0));
            assertThat(operators.answer(List.of(asked))).as("nothing is known yet").isZero();
            operators.remember(List.of(bank.exchanges().get(0)));
            assertThat(operators.answer(List.of(asked))).isEqualTo(1);
            operators.fill(bank);
            operators.answer(List.of(asked));
            assertThat(ScriptedLanguageModel.promptText(model.requests().get(model.requests().size() - 1)).lines().filter(line -> line.startsWith("- ")))
                    .as("five memories are told").hasSize(5);
        }
    }

    @Test
    void factsOfCutOffJson() {
        assertThat(LongPromptSystem.facts("{\"facts\": [\"One\", \"Two \\\"2\\\"\", \"Thr")).containsExactly("One", "Two \\\"2\\\"");
        assertThat(LongPromptSystem.facts("{\"facts\": []}")).isEmpty();
        assertThat(LongPromptSystem.facts("no list")).isEmpty();
    }

    @Test
    void percentilesByHand() {
        Latencies latencies = new Latencies();
        for (int i = 100; i >= 1; i--) {
            latencies.add(i * 1_000_000L);
        }
        assertThat(latencies.percentile(0.5)).isEqualTo(50);
        assertThat(latencies.percentile(0.95)).isEqualTo(95);
        assertThat(new Latencies().percentile(0.5)).isNaN();
    }
}
