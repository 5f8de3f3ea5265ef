package org.memlora.distillation.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.distillation.locomo.LocomoConversation;
import org.memlora.distillation.locomo.LocomoFile;
import org.memlora.models.embedding.MiniLmEmbedder;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;
import org.memlora.operators.extraction.ExtractionPrompt;
import org.memlora.operators.update.MemoryOperation;

class TrainingExamplesTest {
    private static final Path SMALL = Path.of("src/test/resources/conversations/small.json");
    private static final GenerationExamples.Settings GENERATION = new GenerationExamples.Settings(4, 5, 3, 1, 0, 0, 0, 1, 0);

    @Test
    void readsTurnsAsThePipelineGetsThem() {
        LocomoConversation conversation = LocomoFile.read(SMALL);
        assertThat(conversation.id()).isEqualTo("small-1");
        assertThat(conversation.speakers()).containsExactly("Ann", "Ben");
        DialogueTurn fifth = conversation.turns().get("D1:5");
        assertThat(fifth.time()).hasToString("2025-03-05T14:05:40Z");
        assertThat(fifth.pictureDescription()).contains("a garden with red tulips");
        List<List<String>> exchanges = conversation.sessions().stream().flatMap(session -> session.exchanges("b").stream())
                .map(exchange -> exchange.turns().stream().map(DialogueTurn::eventId).toList()).toList();
        assertThat(exchanges).containsExactly(List.of("D1:1", "D1:2"), List.of("D1:3", "D1:4"), List.of("D1:5"), List.of("D2:1", "D2:2"), List.of("D2:3", "D2:4"));
        assertThat(conversation.firstSessions(1).questions()).extracting(LocomoConversation.Question::id).containsExactly("qa1", "qa2", "qa4", "qa5");
        assertThatThrownBy(() -> LocomoFile.read(Path.of("pom.xml"))).hasMessageContaining("pom.xml");
    }

    @Test
    void extractionLearnsObservedFactsWithTheirDatesAndNoneWhereNothingWasSaid() {
        LocomoConversation conversation = LocomoFile.read(SMALL);
        OutputFilter filter = new OutputFilter();
        List<TrainingExample> examples = new ExtractionExamples(filter, new ExtractionExamples.Settings(1, 1, 0), 1).build(conversation);
        Map<String, TrainingExample> byFirst = examples.stream().collect(Collectors.toMap(example -> example.eventIds().get(0), example -> example));
        // The second fact of D1:1 is ungrounded; nothing was observed in D1:5, but a question rests on it.
        assertThat(byFirst.keySet()).containsExactlyInAnyOrder("D1:1", "D1:3", "D1:5", "D2:1", "D2:3");
        assertThat(byFirst.get("D1:5").completion()).isEqualTo("- Ann shared a picture of a garden with red tulips.");
        assertThat(byFirst.get("D1:1").completion())
                .isEqualTo("- Ann adopted two cats named Milo and Luna on 2025-02-28.\n- Ben plays the violin every evening.");
        assertThat(byFirst.get("D2:1").completion()).startsWith("- Ben cooked goulash with his brother Tom on 2025-03-19.\n- Ann works as a nurse");
        assertThat(byFirst.get("D1:3").completion()).isEqualTo(ExtractionPrompt.NONE);
        Exchange first = conversation.sessions().get(0).exchanges("small-1").get(0);
        assertThat(byFirst.get("D1:1").prompt()).isEqualTo(ExtractionPrompt.messages(first, true));
        assertThat(filter.counts()).isEqualTo(Map.of(OutputFilter.Reason.UNGROUNDED, 1));
        assertThat(new ExtractionExamples(filter, new ExtractionExamples.Settings(0, 1, 0), 1).build(conversation)).noneMatch(example -> example.completion().equals("NONE"));
        assertThat(new ExtractionExamples(filter, new ExtractionExamples.Settings(1, 3, 0), 1).build(conversation)).hasSize(9)
                .filteredOn(example -> example.eventIds().contains("D1:1")).hasSize(3).containsOnly(byFirst.get("D1:1"));
    }

    @Test
    void exchangesOfOurOwnStateFactsThatStandInThem() {
        List<Instant> days = List.of(Instant.parse("2024-05-15T10:00:00Z"));
        List<TrainingExample> examples = new StatedFacts(new OutputFilter(), new SplittableRandom(1)).examples("small-1", days, 600);
        assertThat(examples).hasSize(600).isEqualTo(new StatedFacts(new OutputFilter(), new SplittableRandom(1)).examples("small-1", days, 600));
        for (TrainingExample example : examples) {
            String dialogue = example.prompt().get(1).content();
            assertThat(dialogue + example.completion()).doesNotContain("{", "}", "yesterday", "next month");
            assertThat(example.eventIds()).hasSize((int) dialogue.lines().count());
            if (!example.completion().equals(ExtractionPrompt.NONE)) {
                List<String> speakers = dialogue.lines().map(line -> line.substring(0, line.indexOf(':'))).toList();
                assertThat(example.completion().lines()).allMatch(fact -> speakers.stream().anyMatch(name -> fact.startsWith("- " + name)));
            }
        }
        assertThat(examples.stream().filter(example -> example.kind().equals("own-none")).count()).isBetween(120L, 280L);
        assertThat(examples.stream().filter(example -> example.completion().contains("\n- ")).count()).isGreaterThan(100);
        assertThat(examples.stream().filter(example -> example.eventIds().size() == 1).count()).isGreaterThan(150);
        assertThat(examples).anyMatch(example -> example.completion().contains("2024-05-14")).anyMatch(example -> example.completion().contains("June 2024"));
    }

    @Test
    void sentencesOfTheFirstPersonBecomeFacts() {
        assertThat(SaidFact.thirdPerson("I took Luna from the shelter.", "Ann", "Ben")).contains("Ann took Luna from the shelter.");
        assertThat(SaidFact.thirdPerson("Yeah, I'm learning the violin and I love it!", "Ann", "Ben")).contains("Ann is learning the violin and Ann loves it.");
        assertThat(SaidFact.thirdPerson("Well, I really don't like my new car, but you've seen it.", "Ann", "Ben"))
                .contains("Ann really doesn't like Ann's new car, but Ben has seen it.");
        assertThat(SaidFact.thirdPerson("We love prepping the feast.", "Ann", "Ben")).contains("Ann says that they love prepping the feast.");
        assertThat(SaidFact.thirdPerson("What a day!", "Ann", "Ben")).isEmpty();
    }

    @Test
    void listsOfTurnsAloneHoldTheEvidenceAsItWasSaid() {
        try (MiniLmEmbedder embedder = new MiniLmEmbedder()) {
            LocomoConversation conversation = LocomoFile.read(SMALL);
            List<TrainingExample> examples = new GenerationExamples(embedder, new GenerationExamples.Settings(4, 5, 3, 1, 1, 0, 0, 1, 0), Wording.TRAINING, 2).build(conversation);
            assertThat(examples).isNotEmpty();
            for (TrainingExample example : examples) {
                List<String> turns = conversation.turns().values().stream().map(TrainingExamplesTest::shown).toList();
                assertThat(memories(example)).allMatch(turns::contains);
                example.eventIds().forEach(id -> assertThat(memories(example)).contains(shown(conversation.turns().get(id))));
            }
        }
    }

    @Test
    void generationHasTheEvidenceAmongTheMemoriesAndTheGoldAnswer() {
        try (MiniLmEmbedder embedder = new MiniLmEmbedder()) {
            List<TrainingExample> examples = new GenerationExamples(embedder, GENERATION, Wording.TRAINING, 2).build(LocomoFile.read(SMALL));
            Map<String, TrainingExample> byQuestion = examples.stream().collect(Collectors.toMap(
                    example -> question(example), example -> example));
            assertThat(byQuestion).hasSize(5);
            assertThat(byQuestion.get("When did Ann adopt the cats?").completion()).isEqualTo("28 February 2025");
            assertThat(memories(byQuestion.get("When did Ann adopt the cats?"))).as("the best are told by their turns")
                    .anyMatch(line -> line.contains(": Ann: ") && line.contains("adopted two cats on 28 February 2025"));
            assertThat(byQuestion.get("What does Ben play?").completion()).isEqualTo("the violin");
            assertThat(byQuestion.get("What is Ann's job?").completion()).isEqualTo("nurse");
            // Nobody observed the tulips: the turn itself is the memory.
            assertThat(memories(byQuestion.get("What flowers did Ann show?"))).anyMatch(line -> line.contains("a garden with red tulips"));
            assertThat(byQuestion.get("What does Ann play?").completion()).isEqualTo("not mentioned");
            for (TrainingExample example : examples) {
                assertThat(memories(example)).as("two observations may rest on one turn").hasSizeBetween(2, 5).doesNotHaveDuplicates();
            }
            long lists = examples.stream().map(TrainingExamplesTest::memories).distinct().count();
            assertThat(lists).as("questions share lists of memories").isLessThan(examples.size());
        }
    }

    @Test
    void goldEvidenceIsTheQuestionsTurnsAndNothingElse() {
        try (MiniLmEmbedder embedder = new MiniLmEmbedder()) {
            LocomoConversation conversation = LocomoFile.read(SMALL);
            List<TrainingExample> examples = new GenerationExamples(embedder, GENERATION, Wording.HELD_OUT, 2).withGoldEvidence(conversation);
            assertThat(examples).hasSize((int) conversation.questions().stream().filter(question -> !question.adversarial()).count());
            for (TrainingExample example : examples) {
                assertThat(memories(example)).as(question(example)).hasSameSizeAs(example.eventIds());
            }
            TrainingExample flowers = examples.stream().filter(example -> question(example).equals("What flowers did Ann show?")).findFirst().orElseThrow();
            assertThat(memories(flowers)).singleElement().asString().contains("a garden with red tulips");
        }
    }

    @Test
    void whatIsNowRestsOnTheLaterMemoryAndWhatWasOnTheEarlierOne() {
        try (MiniLmEmbedder embedder = new MiniLmEmbedder()) {
            GenerationExamples.Settings settings = new GenerationExamples.Settings(4, 5, 3, 1, 0, 0, 0, 1, 3);
            LocomoConversation conversation = LocomoFile.read(SMALL);
            List<TrainingExample> now = kind(new GenerationExamples(embedder, settings, Wording.TRAINING, 2).build(conversation), "own-now");
            List<TrainingExample> before = kind(new GenerationExamples(embedder, settings, Wording.TRAINING, 2).build(conversation), "own-before");
            List<TrainingExample> heldOut = kind(new GenerationExamples(embedder, settings, Wording.HELD_OUT, 2).build(conversation), "own-now");

            assertThat(now).as("10 things, 2 people, 3 rounds").hasSize(60);
            for (int i = 0; i < now.size(); i++) {
                TrainingExample later = now.get(i);
                TrainingExample earlier = before.get(i);
                assertThat(memories(later)).as("one list for both").isEqualTo(memories(earlier)).anyMatch(line -> line.contains(later.completion()))
                        .anyMatch(line -> line.contains(earlier.completion()));
                assertThat(later.completion()).isNotEqualTo(earlier.completion());
                assertThat(newest(later, later.completion())).as("%s", memories(later)).isAfter(oldest(later, earlier.completion()));
            }
            assertThat(now.stream().filter(example -> memories(example).stream().anyMatch(line -> line.contains("(until "))).count())
                    .as("some of what ended is closed, some not").isBetween(10L, 50L);
            assertThat(heldOut).extracting(TrainingExamplesTest::question).doesNotContainAnyElementsOf(now.stream().map(TrainingExamplesTest::question).toList());
            assertThat(now).as("about people that the conversation doesn't know").extracting(TrainingExamplesTest::question)
                    .noneMatch(question -> question.contains("Ann") || question.contains("Ben"));
            assertThat(kind(new GenerationExamples(embedder, settings, Wording.TRAINING, 2).build(conversation.firstSessions(1)), "own-now"))
                    .as("nothing is later in a single session").isEmpty();
        }
    }

    @Test
    void twoSequencesAreMixedEvenlyAndEachKeepsItsOrder() {
        assertThat(GenerationExamples.evenly(List.of(1, 2, 3, 4, 5, 6), List.of(-1, -2))).containsExactly(1, 2, 3, -1, 4, 5, 6, -2);
        assertThat(GenerationExamples.evenly(List.of(1, 2), List.of(-1, -2, -3, -4, -5))).containsExactly(1, -1, -2, 2, -3, -4, -5);
        assertThat(GenerationExamples.evenly(List.of(), List.of(-1))).containsExactly(-1);
        assertThat(GenerationExamples.evenly(List.of(1), List.of())).containsExactly(1);
    }

    private static List<TrainingExample> kind(List<TrainingExample> examples, String kind) {
        return examples.stream().filter(example -> example.kind().equals(kind)).toList();
    }

    /** Days of the memories that name the value; the earliest or the latest. */
    private static LocalDate newest(TrainingExample example, String value) {
        return memories(example).stream().filter(line -> line.contains(value)).map(TrainingExamplesTest::day).max(LocalDate::compareTo).orElseThrow();
    }

    private static LocalDate oldest(TrainingExample example, String value) {
        return memories(example).stream().filter(line -> line.contains(value)).map(TrainingExamplesTest::day).min(LocalDate::compareTo).orElseThrow();
    }

    /** With the day it was said in front and its days in words. */
    private static String shown(DialogueTurn turn) {
        DateTimeFormatter words = DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH);
        return "- " + words.format(turn.time().atZone(ZoneOffset.UTC)) + ": " + ExtractionPrompt.line(turn).replace("2025-02-28", "28 February 2025").replace("2025-03-19", "19 March 2025");
    }

    /** In front of the line, or named in it. */
    private static LocalDate day(String line) {
        Matcher day = Pattern.compile("\\d{1,2} [A-Z][a-z]+ \\d{4}").matcher(line);
        assertThat(day.find()).as(line).isTrue();
        return LocalDate.parse(day.group(), DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH));
    }

    private static String question(TrainingExample example) {
        String shown = example.prompt().get(1).content();
        return shown.substring(shown.indexOf("Question: ") + "Question: ".length());
    }

    private static List<String> memories(TrainingExample example) {
        return example.prompt().get(1).content().lines().filter(line -> line.startsWith("- ")).toList();
    }

    @Test
    void factsAreRestatedChangedTakenBackAndMovedToOthers() {
        for (Wording wording : Wording.values()) {
            FactChanges changes = new FactChanges(wording, new SplittableRandom(1));
            assertThat(changes.restated("Ann enjoys watching movies.").orElseThrow()).startsWith("Ann ").isNotEqualTo("Ann enjoys watching movies.");
            assertThat(changes.changed("Ann plans to visit Paris.").orElseThrow()).doesNotContain("Paris").contains("visit");
            assertThat(changes.changed("Ann enjoys running.")).as("another pastime is news").isEmpty();
            assertThat(changes.changed("Ann visited Paris on 2025-03-01.")).as("another event is news").isEmpty();
            assertThat(changes.otherValue("Ann won 3 medals.").orElseThrow()).matches("Ann won \\d+ medals\\.").isNotEqualTo("Ann won 3 medals.");
            assertThat(changes.otherValue("Ann ran 3 miles in 2.5 hours on 2023-05-07.").orElseThrow()).matches("Ann ran \\d+ miles in 2\\.5 hours on 2023-05-07\\.");
            assertThat(changes.otherValue("Ann left at 7:30 on 2023-05-07.").orElseThrow()).as("a day of the month, not month 9 or day 32").matches("Ann left at 7:30 on 2023-05-(?:0[1-9]|1\\d|2[0-8])\\.");
            assertThat(changes.retracted("Ann enjoys running.").orElseThrow()).contains("running").isNotEqualTo("Ann enjoys running.");
            assertThat(changes.retracted("Ann visited Paris.")).isEmpty();
        }
        assertThat(FactChanges.otherPerson("Ann has a cat.", "Ann", "Ben")).contains("Ben has a cat.");
        assertThat(FactChanges.shortened("Ann works as a nurse in Oslo because she likes to help people.")).contains("Ann works as a nurse in Oslo.");
    }

    @Test
    void heldOutWordingsAreNoTrainingWordings() {
        List<String> words = List.of("a", "b", "c", "d", "e", "f", "g");
        SplittableRandom random = new SplittableRandom(1);
        List<String> training = new ArrayList<>();
        List<String> heldOut = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            training.add(Wording.TRAINING.choose(words, random));
            heldOut.add(Wording.HELD_OUT.choose(words, random));
        }
        assertThat(training).containsOnly("a", "b", "c", "d", "e").contains("a", "e");
        assertThat(heldOut).containsOnly("f", "g").contains("f", "g");
        for (StateFacts.Pair pair : StateFacts.pairs("Ann", "Ben", Wording.TRAINING, random)) {
            assertThat(pair.known() + pair.news()).doesNotContain("{");
            assertThat(pair.news().contains("Ben")).as(pair.toString()).isEqualTo(pair.kind().equals("own-other-person"));
        }
    }

    @Test
    void updateShowsTheMemoryConcernedUnderTheNumberThatIsLearnt() {
        Path file = Path.of("../../shared/locomo/conv-26.json");
        Path found = Files.exists(file) ? file : Path.of(System.getProperty("locomo", "../shared/locomo"), "conv-26.json");
        Assumptions.assumeTrue(Files.exists(found), "LoCoMo's conversation 26 is not here: " + found);
        try (MiniLmEmbedder embedder = new MiniLmEmbedder()) {
            List<TrainingExample> examples = new UpdateExamples(embedder, Wording.HELD_OUT, 3).build(LocomoFile.read(found), 6);
            Map<MemoryOperation, Long> counts = examples.stream().collect(Collectors.groupingBy(
                    example -> MemoryOperation.valueOf(example.completion().split(" ")[0]), Collectors.counting()));
            assertThat(counts).isEqualTo(Map.of(MemoryOperation.ADD, 12L, MemoryOperation.NONE, 6L, MemoryOperation.UPDATE, 6L, MemoryOperation.DELETE, 6L));
            for (TrainingExample example : examples) {
                long shown = example.prompt().get(1).content().lines().filter(line -> line.matches("\\d\\. .*")).count();
                assertThat(shown).isBetween(1L, 4L);
                if (!example.completion().equals("ADD")) {
                    assertThat(Long.parseLong(example.completion().split(" ")[1])).isBetween(1L, shown);
                }
            }
        }
    }

    @Test
    void examplesSurviveTheFile(@TempDir Path folder) throws Exception {
        List<TrainingExample> examples = new ExtractionExamples(new OutputFilter(), new ExtractionExamples.Settings(1, 1, 0), 1).build(LocomoFile.read(SMALL));
        Path file = folder.resolve("new").resolve("set.jsonl");
        ExampleFile.write(file, examples);
        assertThat(ExampleFile.read(file)).isEqualTo(examples);
        Files.writeString(file, Files.readString(file) + "{\"prompt\": []}\n");
        assertThatThrownBy(() -> ExampleFile.read(file)).hasMessageContaining("Line 6 of").hasMessageContaining("is no training example");
        assertThatThrownBy(() -> ExampleFile.read(folder.resolve("nowhere"))).hasMessageContaining("nowhere").hasMessageContaining("build it first");
        assertThat(examples.get(0).kind()).isEqualTo("facts");
    }
}
