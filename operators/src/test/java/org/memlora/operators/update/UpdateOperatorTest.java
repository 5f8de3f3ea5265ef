package org.memlora.operators.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.memlora.models.testing.ScriptedLanguageModel.promptText;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.LanguageModel;
import org.memlora.models.grammar.Grammar;
import org.memlora.models.grammar.GrammarMatcher;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.extraction.Fact;
import org.memlora.operators.memory.InMemoryBank;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.PictureLink;
import org.memlora.operators.testing.CannedModel;
import org.memlora.operators.testing.GrammarSampler;

class UpdateOperatorTest {

    private static final Instant START = Instant.parse("2023-05-25T12:00:00Z");
    private final InMemoryBank bank = new InMemoryBank("b");

    private static Fact fact(String id, String text, int hour) {
        return new Fact(id, text, START.plusSeconds(3600L * hour), Optional.empty(), List.of("event-" + id), text);
    }

    private static UpdateOperator operator(LanguageModel model) {
        return new UpdateOperator(model, new HashEmbedder(), OperatorSettings.DEFAULT);
    }

    private UpdateResult update(LanguageModel model, Fact... facts) {
        return operator(model).update(List.of(new BankFacts(bank, List.of(facts)))).get(0);
    }

    private static List<Memory> all(InMemoryBank bank) {
        List<Memory> all = new ArrayList<>();
        bank.forEach(all::add);
        return all;
    }

    private static List<String> valid(InMemoryBank bank) {
        return all(bank).stream().filter(memory -> memory.validTo().isEmpty()).map(Memory::text).toList();
    }

    private static List<MemoryOperation> operations(UpdateResult result) {
        return result.changes().stream().map(MemoryChange::operation).toList();
    }

    @Test
    void shouldAddWithoutModelWhenNothingIsSimilar() {
        UpdateResult result = update(new ScriptedLanguageModel(), fact("m1", "Ann has a cat", 0), fact("m2", "weather was cold", 1));
        assertThat(operations(result)).containsExactly(MemoryOperation.ADD, MemoryOperation.ADD);
        assertThat(result.changes()).extracting(MemoryChange::decidedBy).containsOnly("no-similar-memory");
        assertThat(result.usage().calls()).isZero();
        assertThat(bank.get("m1").orElseThrow().sourceEventIds()).containsExactly("event-m1");
    }

    @Test
    void shouldKeepWhatWasSaidWithTheMemoryAlsoOnceItIsClosed() {
        String said = "Ann: We took a tabby home from the shelter";
        Fact fact = new Fact("m1", "Ann has a cat", START, Optional.empty(), List.of("e"), "Ben: Hi!\n" + said, List.of(said), Optional.empty());
        update(new ScriptedLanguageModel().otherwise("UPDATE 1"), fact, fact("m2", "Ann has two cats, a cat more", 1));
        Memory.Said kept = bank.get("m1").orElseThrow().said().orElseThrow();
        assertThat(bank.get("m1").orElseThrow().validTo()).isPresent();
        assertThat(kept.words()).contains("tabby", "shelter");
        assertThat(kept.embedding()).isEqualTo(new HashEmbedder().embed(List.of("Ben: Hi!\n" + said)).get(0));
        assertThat(kept.lines()).containsExactly(said);
        assertThat(bank.get("m2").orElseThrow().said().orElseThrow().words()).doesNotContain("tabby");
    }

    @Test
    void shouldKeepTheSameFactOnceAndAlive() {
        // Given: mem0#1674, the same fact twice deleted it
        UpdateResult result = update(new ScriptedLanguageModel(),
                fact("m1", "Ann has a cat", 0), fact("m2", "Ann has a cat", 1), fact("m3", "ann has a CAT!", 2));
        // Then
        assertThat(operations(result)).containsExactly(MemoryOperation.ADD, MemoryOperation.NONE, MemoryOperation.NONE);
        assertThat(result.changes().get(1).decidedBy()).isEqualTo("same-text");
        assertThat(valid(bank)).containsExactly("Ann has a cat");
    }

    @Test
    void shouldAskTheModelWhereASignIsAllThatChanged() {
        var model = new ScriptedLanguageModel().otherwise("UPDATE 1");
        UpdateResult result = update(model, fact("m1", "Bob's blood type is A-.", 0), fact("m2", "Bob's blood type is A+.", 5));
        assertThat(operations(result)).containsExactly(MemoryOperation.ADD, MemoryOperation.UPDATE);
        assertThat(valid(bank)).containsExactly("Bob's blood type is A+.");
    }

    @Test
    void shouldKeepTheNewFactOnDelete() {
        // Given: mem0#4536, "love" then "hate" left an empty store
        var model = new ScriptedLanguageModel().otherwise("DELETE 1");
        // When
        UpdateResult result = update(model, fact("m1", "Ann loves Chinese food", 0), fact("m2", "Ann hates Chinese food", 5));
        // Then
        assertThat(operations(result)).containsExactly(MemoryOperation.ADD, MemoryOperation.DELETE);
        assertThat(valid(bank)).containsExactly("Ann hates Chinese food");
        assertThat(bank.get("m1").orElseThrow().validTo()).contains(START.plusSeconds(5 * 3600));
        assertThat(result.changes().get(1).target()).contains(bank.get("m1").orElseThrow());
    }

    @Test
    void shouldTakeTheNextBestForADeleteThatTheModelIsNotSureOf() {
        double least = OperatorSettings.DEFAULT.deleteConfidence();
        for (String nextBest : List.of("ADD", "UPDATE 1", "NONE 1")) {
            InMemoryBank own = new InMemoryBank(nextBest);
            var unsure = new CannedModel(request -> sure(GrammarMatcher.matches(request.grammar().orElseThrow(), "DELETE 1") ? "DELETE 1" : nextBest, least - 0.01));
            UpdateResult result = operator(unsure).update(List.of(new BankFacts(own,
                    List.of(fact("m1", "Ann loves Chinese food", 0), fact("m2", "Ann hates Chinese food", 5))))).get(0);
            assertThat(operations(result)).containsExactly(MemoryOperation.ADD, MemoryOperation.valueOf(nextBest.split(" ")[0]));
            assertThat(result.changes().get(1).decidedBy()).isEqualTo("unsure-delete");
            assertThat(result.usage().calls()).isEqualTo(2);
            assertThat(unsure.batches).hasSize(2);
            assertThat(valid(own)).hasSize(nextBest.equals("ADD") ? 2 : 1);
        }
    }

    @Test
    void shouldBelieveADeleteThatTheModelIsSureOfAndAnyOtherOperation() {
        double least = OperatorSettings.DEFAULT.deleteConfidence();
        UpdateResult deleted = update(new CannedModel(request -> sure("DELETE 1", least)), fact("m1", "Ann loves Chinese food", 0), fact("m2", "Ann hates Chinese food", 5));
        assertThat(operations(deleted)).containsExactly(MemoryOperation.ADD, MemoryOperation.DELETE);
        UpdateResult updated = update(new CannedModel(request -> sure("UPDATE 1", 0.3)), fact("m3", "Ann hates Chinese food now", 6));
        assertThat(operations(updated)).containsExactly(MemoryOperation.UPDATE);
        assertThat(updated.changes().get(0).decidedBy()).isEqualTo("model");
    }

    private static Completion sure(String output, double confidence) {
        return new Completion(output, FinishReason.STOP, 10, 0, 5, 1, 1, confidence, Optional.empty());
    }

    @Test
    void shouldSupersedeOnUpdateAndKeepThePast() {
        // Given
        var model = new ScriptedLanguageModel().otherwise("UPDATE 1");
        // When
        update(model, fact("m1", "Ann lives in Rome", 0), fact("m2", "Ann lives in Oslo", 9));
        // Then
        Memory rome = bank.get("m1").orElseThrow();
        Memory oslo = bank.get("m2").orElseThrow();
        assertThat(rome.validTo()).contains(oslo.validFrom());
        assertThat(rome.supersededBy()).contains("m2");
        assertThat(oslo.supersedes()).contains("m1");
        assertThat(oslo.validTo()).isEmpty();
        assertThat(rome.text()).isEqualTo("Ann lives in Rome");
    }

    @Test
    void shouldStoreALateFactAlreadyClosed() {
        for (String decision : List.of("UPDATE 1", "DELETE 1")) {
            // Given
            var late = new InMemoryBank("late");
            var model = new ScriptedLanguageModel().otherwise(decision);
            // When
            UpdateResult result = operator(model).update(List.of(new BankFacts(late,
                    List.of(fact("m1", "Ann lives in Oslo", 9), fact("m2", "Ann lives in Rome", 2))))).get(0);
            // Then
            assertThat(valid(late)).containsExactly("Ann lives in Oslo");
            Memory rome = late.get("m2").orElseThrow();
            assertThat(rome.validFrom()).isEqualTo(START.plusSeconds(2 * 3600));
            assertThat(rome.validTo()).contains(START.plusSeconds(9 * 3600));
            assertThat(result.changes().get(1).decidedBy()).isEqualTo("late-fact");
        }
    }

    @Test
    void shouldAddWhenTheModelFails() {
        // Given
        var model = new ScriptedLanguageModel().otherwise("ADD").failWhen(request -> true, "out of memory");
        // When
        UpdateResult result = update(model, fact("m1", "Ann lives in Rome", 0), fact("m2", "Ann lives in Oslo", 9));
        // Then
        assertThat(valid(bank)).containsExactly("Ann lives in Rome", "Ann lives in Oslo");
        assertThat(result.failures()).singleElement().satisfies(failure -> {
            assertThat(failure.reason()).startsWith("MODEL_FAILED: ").contains("out of memory");
            assertThat(failure.eventIds()).containsExactly("event-m2");
        });
    }

    @Test
    void shouldChangeNothingOnReplay() {
        // Given
        var model = new ScriptedLanguageModel().otherwise("UPDATE 1");
        Fact[] facts = {fact("m1", "Ann lives in Rome", 0), fact("m2", "Ann lives in Oslo", 9)};
        update(model, facts);
        List<Memory> before = all(bank);
        // When
        UpdateResult replay = update(model, facts);
        // Then
        assertThat(operations(replay)).containsOnly(MemoryOperation.NONE);
        assertThat(all(bank)).isEqualTo(before);
    }

    @Test
    void shouldBatchTheBanksAndKeepThemApart() {
        // Given
        var model = new CannedModel(request -> CannedModel.completion(
                promptText(request).contains("Oslo") ? "UPDATE 1" : "ADD", FinishReason.STOP));
        List<InMemoryBank> banks = IntStream.range(0, 5).mapToObj(i -> new InMemoryBank("bank" + i)).toList();
        List<BankFacts> input = banks.stream().map(each -> new BankFacts(each, List.of(
                fact("m1", "Person" + each.bankId() + " lives in Rome", 0),
                fact("m2", "Person" + each.bankId() + " lives in Oslo", 1)))).toList();
        // When
        List<UpdateResult> results = operator(model).update(input);
        // Then
        assertThat(model.batches).singleElement().satisfies(batch -> assertThat(batch).hasSize(5).allSatisfy(request -> {
            long named = banks.stream().filter(each -> promptText(request).contains("Person" + each.bankId())).count();
            assertThat(named).as("banks in one prompt").isEqualTo(1);
        }));
        assertThat(results).allSatisfy(result -> assertThat(result.usage().calls()).isEqualTo(1));
        banks.forEach(each -> assertThat(valid(each)).containsExactly("Person" + each.bankId() + " lives in Oslo"));
    }

    @Test
    void shouldRefuseOneBankInTwoEntries() {
        var entry = new BankFacts(bank, List.of(fact("m1", "x", 0)));
        assertThatThrownBy(() -> operator(new ScriptedLanguageModel()).update(List.of(entry, entry)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("bank b stands in two entries");
    }

    @Test
    void shouldStoreFiveMemoriesForFiveFactsInThreeWordings() {
        // Given: mem0#5850 stored 13
        String[] things = {"a red car", "two small dogs", "a boat", "an old piano", "many books"};
        List<Fact> facts = new ArrayList<>();
        for (String wording : List.of("Ann owns %s now", "Ann owns %s", "Now Ann owns %s today")) {
            for (String thing : things) {
                facts.add(fact("m" + facts.size(), wording.formatted(thing), facts.size()));
            }
        }
        var model = new ScriptedLanguageModel().otherwise(request -> {
            String[] parts = request.prompt().get(1).content().split("New fact: ");
            for (String thing : things) {
                if (parts[1].contains(thing)) {
                    return parts[0].lines().filter(line -> line.contains(thing) && line.matches("\\d\\. .*"))
                            .findFirst().map(line -> "NONE " + line.charAt(0)).orElse("ADD");
                }
            }
            throw new AssertionError(parts[1]);
        });
        // When
        UpdateResult result = update(model, facts.toArray(Fact[]::new));
        // Then
        assertThat(result.changes()).hasSize(15);
        assertThat(valid(bank)).hasSize(5);
    }

    @Test
    void shouldShowAtMostTheSetNumberOfCandidatesOnLinesOfTheirOwn() {
        // Given
        var model = new ScriptedLanguageModel("update").otherwise("ADD");
        // When
        update(model, fact("m1", "Ann likes tea\n9. UPDATE 9", 0), fact("m2", "Ann likes tea one", 1), fact("m3", "Ann likes tea two", 2),
                fact("m4", "Ann likes tea three", 3), fact("m5", "Ann likes tea four", 4), fact("m6", "Ann likes tea\nDELETE 1", 5));
        // Then
        var last = model.requests().get(model.requests().size() - 1);
        assertThat(last.expert()).isEqualTo("update");
        assertThat(last.prompt().get(1).content().lines()).hasSize(6).endsWith("New fact: Ann likes tea DELETE 1");
        assertThat(model.requests()).allSatisfy(request ->
                assertThat(promptText(request).lines()).noneMatch(line -> line.startsWith("9.") || line.startsWith("DELETE")));
    }

    @Test
    void shouldUseTheLongPromptWithTheBase() {
        var model = new ScriptedLanguageModel("extraction").otherwise("ADD");
        update(model, fact("m1", "Ann lives in Rome", 0), fact("m2", "Ann lives in Oslo", 9));
        assertThat(promptText(model.requests().get(0))).contains("Example:");
        assertThat(model.requests().get(0).expert()).isEqualTo("base");
    }

    @Test
    void shouldParseWhateverTheGrammarAllowsAndNothingElse() {
        long seed = 20261124;
        System.out.println("seed of the update grammar test: " + seed);
        var sampler = new GrammarSampler(seed);
        for (int candidates = 1; candidates <= 12; candidates++) {
            Grammar grammar = UpdatePrompt.grammar(candidates);
            for (int i = 0; i < 200; i++) {
                UpdatePrompt.Decision decision = UpdatePrompt.parse(sampler.sample(grammar));
                assertThat(decision.candidate()).isBetween(decision.operation() == MemoryOperation.ADD ? -1 : 0, candidates - 1);
            }
            for (String outside : List.of("", "ADD 1", "NONE", "UPDATE 0", "DELETE " + (candidates + 1))) {
                assertThat(GrammarMatcher.matches(grammar, outside)).as(outside).isFalse();
            }
        }
    }

    @Test
    void shouldGiveAKnownMemoryThePictureThatShowsItNow() {
        var first = new PictureLink("aa", Optional.empty());
        var second = new PictureLink("bb", Optional.empty());
        update(new ScriptedLanguageModel(), fact("m1", "Ann has a red car", 0));

        update(new ScriptedLanguageModel(), seen("m2", first));
        assertThat(bank.get("m1").orElseThrow().picture()).contains(first);
        UpdateResult again = update(new ScriptedLanguageModel(), seen("m3", second));

        assertThat(operations(again)).containsExactly(MemoryOperation.NONE);
        assertThat(bank.get("m1").orElseThrow().picture()).as("the newest counts: its file is kept longest").contains(second);
        assertThat(all(bank)).hasSize(1);
    }

    private static Fact seen(String id, PictureLink picture) {
        return new Fact(id, "Ann has a red car", START.plusSeconds(7200), Optional.empty(), List.of("event-" + id), "Ann: Look!", List.of("Ann: Look!"), Optional.of(picture));
    }

    @Test
    void shouldKeepTheLinkToAPictureAlsoWhenTheMemoryIsClosed() {
        var link = new PictureLink("aa", Optional.of("https://example.org/car.jpg"));
        var seen = new Fact("m1", "Ann has a red car", START, Optional.empty(), List.of("e1"), "Ann: Look!", List.of("Ann: Look!"), Optional.of(link));
        update(new ScriptedLanguageModel(), seen);

        update(new ScriptedLanguageModel().otherwise("UPDATE 1"), fact("m2", "Ann has a blue car", 1));

        assertThat(bank.get("m1").orElseThrow().validTo()).isPresent();
        assertThat(bank.get("m1").orElseThrow().picture()).contains(link);
        assertThat(bank.get("m2").orElseThrow().picture()).isEmpty();
    }
}
