package org.memlora.operators.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.memlora.models.FinishReason;
import org.memlora.models.LanguageModel;
import org.memlora.models.grammar.GrammarMatcher;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.StageFailure;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.operators.testing.CannedModel;

class GenerationOperatorTest {

    private static final Instant SAID = Instant.parse("2023-05-25T23:59:59Z");

    private static ScoredMemory memory(String text, String validTo, String occurredOn) {
        return new ScoredMemory(new Memory("m", text, SAID, Optional.ofNullable(validTo).map(Instant::parse),
                Optional.ofNullable(occurredOn).map(LocalDate::parse), List.of("e"), Optional.empty(), Optional.empty(),
                new float[] {1}), 1);
    }

    private static QuestionContext question(String text, ScoredMemory... memories) {
        return new QuestionContext("b", "q-" + text.length(), text, SAID, List.of(memories));
    }

    private static List<GeneratedAnswer> answer(LanguageModel model, QuestionContext... questions) {
        return new GenerationOperator(model, OperatorSettings.DEFAULT).answer(List.of(questions));
    }

    @Test
    void shouldShowMemoriesWithTheirDatesAndTextAsOneLineEach() {
        // Given
        var model = new ScriptedLanguageModel("generation").otherwise("19 May 2023");
        // When
        GeneratedAnswer answer = answer(model, question("Who?\nIgnore this", memory("Ann met Eve", null, "2023-05-19"),
                memory("Ann met Tom on 2023-05-20", null, "2023-05-20"), memory("Ann lives\nin Rome", "2023-06-01T00:00:00Z", null))).get(0);
        // Then
        assertThat(model.requests().get(0).prompt().get(1).content().lines()).containsExactly("Memories:",
                "- 19 May 2023: Ann met Eve", "- Ann met Tom on 20 May 2023", "- 25 May 2023: Ann lives in Rome (until 1 June 2023)", "Question: Who? Ignore this");
        assertThat(answer.text()).contains("19 May 2023");
        assertThat(answer.expert()).isEqualTo("generation");
        assertThat(answer.failures()).isEmpty();
    }

    private static ScoredMemory saidIn(String text, String validTo, String... turns) {
        return new ScoredMemory(new Memory("m", text, SAID, Optional.ofNullable(validTo).map(Instant::parse), Optional.empty(), List.of("of " + turns[0]), Optional.empty(),
                Optional.empty(), new float[] {1}, Optional.of(new Memory.Said(Set.of(), new float[] {1}, List.of(turns)))), 1);
    }

    private static List<String> shown(ScoredMemory... memories) {
        List<String> lines = GenerationPrompt.messages(question("Who?", memories), true).get(1).content().lines().toList();
        return lines.subList(1, lines.size() - 1);
    }

    @Test
    void shouldTellTheBestMemoriesByTheTurnsTheyRestOnEachOnce() {
        String turn = "Ann: My gran in Sweden gave me this ring on 2023-05-20!";
        assertThat(shown(saidIn("Ann has a ring", null, turn, "Ben: From gran?"), saidIn("Ann has a gran", null, turn), memory("Ann is tall", null, null)))
                .containsExactly("- 25 May 2023: Ann: My gran in Sweden gave me this ring on 20 May 2023!", "- 25 May 2023: Ben: From gran?", "- 25 May 2023: Ann is tall");
    }

    @Test
    void shouldTellFurtherMemoriesByTheirTextAlone() {
        ScoredMemory[] memories = IntStream.range(0, 4).mapToObj(i -> saidIn("fact " + i, null, "turn " + i)).toArray(ScoredMemory[]::new);
        assertThat(shown(memories)).containsExactly("- 25 May 2023: turn 0", "- 25 May 2023: turn 1", "- 25 May 2023: fact 2", "- 25 May 2023: fact 3");
    }

    @Test
    void shouldTellAsManyAsAskedForThoseThatTheTurnsTellNotCounted() {
        ScoredMemory[] memories = {saidIn("fact 0", null, "turn 0"), saidIn("fact 1", null, "turn 1"), saidIn("also of 0", null, "turn 0"), saidIn("fact 2", null, "turn 2"),
            saidIn("fact 3", null, "turn 3")};
        QuestionContext three = new QuestionContext("b", "q", "Who?", SAID, List.of(memories), 3);
        List<String> lines = GenerationPrompt.messages(three, true).get(1).content().lines().toList();
        assertThat(lines.subList(1, lines.size() - 1)).containsExactly("- 25 May 2023: turn 0", "- 25 May 2023: turn 1", "- 25 May 2023: fact 2");
        assertThatThrownBy(() -> new QuestionContext("b", "q", "Who?", SAID, List.of(memories), 0)).hasMessageContaining("told is 0");
    }

    @Test
    void shouldTellWhatEndedAndWhatWasSaidWithItAndAPastedLetterByTheirText() {
        String turn = "Ann: I live in Rome and have a cat";
        assertThat(shown(saidIn("Ann has a cat", null, turn), saidIn("Ann lives in Rome", "2023-06-01T00:00:00Z", turn)))
                .containsExactly("- 25 May 2023: Ann has a cat", "- 25 May 2023: Ann lives in Rome (until 1 June 2023)");
        assertThat(shown(saidIn("Ben got a letter", null, "Ben: " + "x".repeat(600)))).containsExactly("- 25 May 2023: Ben got a letter");
    }

    @Test
    void shouldShowTheDayItWasSaidBesideAWeekOrWeekend() {
        var model = new ScriptedLanguageModel("generation").otherwise("x");
        answer(model, question("When?", memory("Ann left in the week of 2023-05-15", null, "2023-05-15"), memory("Ann ran on the weekend of 2023-05-20.", null, "2023-05-20"),
                memory("Ann ran around 2023-05-20", null, "2023-05-20")));
        assertThat(model.requests().get(0).prompt().get(1).content().lines()).contains("- 25 May 2023: Ann left in the week of 15 May 2023",
                "- 25 May 2023: Ann ran on the weekend of 20 May 2023.", "- Ann ran around 20 May 2023");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"met on 2023-05-07, then 2024-11-30.|met on 7 May 2023, then 30 November 2024.", "never 2023-02-30|never 2023-02-30",
        "order 12023-05-07 or 2023-05-071|order 12023-05-07 or 2023-05-071", "a-2023-05-07 2023-05-07-b|a-2023-05-07 2023-05-07-b", "(2023-05-07)|(7 May 2023)", "in May 2023|in May 2023"})
    void shouldWriteDaysInWordsAndNothingElse(String text, String expected) {
        assertThat(DatesInWords.in(text)).isEqualTo(expected);
    }

    @Test
    void shouldAnswerAllInOneCallInOrderAndNameTheBase() {
        var model = new CannedModel(request -> CannedModel.completion("yes", FinishReason.STOP));
        List<GeneratedAnswer> answers = answer(model, question("a", memory("x", null, null)), question("bb", memory("y", null, null)));
        assertThat(model.batches).hasSize(1);
        assertThat(answers).extracting(GeneratedAnswer::questionEventId).containsExactly("q-1", "q-2");
        assertThat(answers).extracting(GeneratedAnswer::expert).containsOnly("base");
        assertThat(model.batches.get(0).get(0).options().maxTokens()).isEqualTo(48);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"Concert, art show, Art show, art show|Concert, art show", "7 May, 2023|7 May, 2023", "Luna,  Milo and Luna|Luna, Milo and Luna",
        "careful, thoughtful, thoughtful!|careful, thoughtful", "May 7, 2023, and July 3, 2023|May 7, 2023, and July 3, 2023", "?|?", "yes|yes"})
    void shouldLeaveOutWhatAListSaidBefore(String output, String expected) {
        assertThat(GenerationPrompt.parse(output)).isEqualTo(expected);
    }

    /** Ann's, Ben's and Will's; the first two told by their turns, the others by their fact. */
    private static final ScoredMemory[] OF_ALL = {saidIn("Ann is tall and drinks four coffees a day", null, "Ben: Is Rex five? And do you still live on espresso?", "Ben: For running?", "Ann: Always, black!"),
        saidIn("Ben has a dog", null, "Ben: Luna is my dog, she bit the postman in May"),
        saidIn("Ann met Ben's sister Eve in Oslo", null, "Ann: Your sister is nice"), saidIn("Ben paints seascapes", null, "Ben: I do seascapes"),
        saidIn("Ben calls Ann the best cook of Leeds", null, "Ben: You cook so well"), saidIn("Will opens a bakery", null, "Will: I open a bakery")};

    private static GeneratedAnswer answerTo(String question, String said) {
        return answer(new ScriptedLanguageModel("generation").otherwise(said), question(question, OF_ALL)).get(0);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"What pet does Ann have?|Luna|Ben|Ann", "What does Ann paint?|Seascapes and portraits|Ben|Ann", "What does Will paint?|Seascapes|Ben|Will",
        "What does Ben open?|a bakery with cakes|Will|Ben"})
    void shouldDeclineWhatIsKnownOfSomebodyElse(String question, String said, String known, String asked) {
        GeneratedAnswer answer = answerTo(question, said);
        assertThat(answer.text()).contains("not mentioned");
        assertThat(answer.declined()).contains("SOMEBODY_ELSE: \"" + said + "\" stands in what is remembered of " + known + ", not of " + asked);
        assertThat(answer.failures()).as("nothing failed").isEmpty();
    }

    /** In turn: of him; his own words; a relative; named in the fact; two asked about; nobody known; words found anywhere; hardly told; said to her; asked her; no answer; no Will. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"What pet does Ben have?|Luna", "Whom did Ben's dog bite?|the postman", "Who is Eve, Ann?|Ben's sister", "What is Ann called?|the best cook of Leeds",
        "What pet do Ann and Ben have?|Luna", "What pet does Eve have?|Luna", "Does Ann have a dog?|Yes", "When did Ann leave?|May", "When did Ann leave?|25 May 2023", "How many cats has Ann?|five",
        "What pet does Ann have?|a cat and a fish and Luna the dog from Hull", "What does Ann drink?|espresso", "What are Ann's shoes for?|running", "What does Ann like?|not mentioned", "When will it bite?|Luna", "Will it bite?|Luna",
        "Ann has which pet?|Luna"})
    void shouldTakeWhatMayBeKnownOfWhoIsAskedAbout(String question, String said) {
        GeneratedAnswer answer = answerTo(question, said);
        assertThat(answer.text()).contains(said);
        assertThat(answer.declined()).isEmpty();
    }

    @Test
    void shouldTakeTheWordsOfATurnForWhoItsFactNames() {
        ScoredMemory[] memories = {saidIn("Otto drinks tea", null, "Ines: The doctor allows tea only", "Otto: Sadly"), saidIn("Otto is tall", null, "Otto: I'm tall")};
        assertThat(answer(new ScriptedLanguageModel("generation").otherwise("tea"), question("What does Otto drink?", memories)).get(0).text()).contains("tea");
        memories[0] = saidIn("Ines drinks tea", null, "Ines: The doctor allows tea only", "Otto: Sadly");
        assertThat(answer(new ScriptedLanguageModel("generation").otherwise("tea"), question("What does Otto drink?", memories)).get(0).text()).contains("not mentioned");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"seascapes, the Chronicles of Narnia, Luna|seascapes, Luna", "Yes, it is black|Yes, it is black", "Rex, Milo|Rex", "Narnia, 7 May, 2023|Narnia, 7 May, 2023",
        "cooks, in Leeds|cooks, in Leeds", "baking, painting, biting, coffee|baking, painting, biting", "Friday, Sunday|Friday, Sunday", "Rex, two cats|Rex", "Rex, two dogs|Rex, two dogs", "Narnia, the Seven Kingdoms of 2012|Narnia", "Rex, of it|Rex, of it"})
    void shouldLeaveOutFurtherItemsOfAListThatNothingTells(String output, String expected) {
        assertThat(answerTo("What?", output).text()).contains(expected);
    }

    @Test
    void shouldReportFailureAndTokenLimit() {
        var model = new CannedModel(request -> request.prompt().get(1).content().contains("bad")
                ? org.memlora.models.Completion.failed("no memory") : CannedModel.completion("half an ans", FinishReason.LENGTH));
        List<GeneratedAnswer> answers = answer(model, question("bad", memory("x", null, null)), question("long", memory("y", null, null)));
        assertThat(answers.get(0).text()).isEmpty();
        assertThat(answers.get(0).failures()).extracting(StageFailure::reason).containsExactly("MODEL_FAILED: no memory");
        assertThat(answers.get(1).text()).contains("half an ans");
        assertThat(answers.get(1).failures()).singleElement().satisfies(failure -> assertThat(failure.reason()).startsWith("TOKEN_LIMIT"));
    }

    @Test
    void shouldResolveRelativeDatesOfTheQuestionAgainstItsOwnTime() {
        var model = new ScriptedLanguageModel("generation").otherwise("Eve");
        answer(model, question("Whom did Ann meet last Friday?", memory("Ann met Eve", null, "2023-05-19")));
        assertThat(model.requests().get(0).prompt().get(1).content()).endsWith("Question: Whom did Ann meet on 19 May 2023?");
    }

    @Test
    void shouldRefuseAQuestionWithoutMemories() {
        assertThatThrownBy(() -> question("Who?")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no memories");
    }

    @Test
    void shouldAllowOneNonEmptyLineOnly() {
        assertThat(GrammarMatcher.matches(GenerationPrompt.GRAMMAR, "7 May 2023")).isTrue();
        assertThat(GrammarMatcher.matches(GenerationPrompt.GRAMMAR, "")).isFalse();
        assertThat(GrammarMatcher.matches(GenerationPrompt.GRAMMAR, "a\nb")).isFalse();
        assertThat(GrammarMatcher.matches(GenerationPrompt.GRAMMAR, " ")).isFalse();
    }
}
