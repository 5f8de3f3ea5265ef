package org.memlora.operators.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.models.testing.HashEmbedder;

class MemoryRetrieverTest {

    private static final Instant NOON = Instant.parse("2023-05-25T12:00:00Z");
    private final HashEmbedder embedder = new HashEmbedder();
    private final MemoryRetriever retriever = new MemoryRetriever(embedder);
    private final InMemoryBank bank = new InMemoryBank("b");

    private void put(MemoryBank into, String id, String text, boolean closed) {
        into.put(new Memory(id, text, NOON, closed ? Optional.of(NOON.plusSeconds(1)) : Optional.empty(), Optional.empty(),
                List.of("e"), Optional.empty(), Optional.empty(), embedder.embed(List.of(text)).get(0)));
    }

    private List<String> ids(List<ScoredMemory> scored) {
        return scored.stream().map(one -> one.memory().id()).toList();
    }

    @Test
    void shouldPutTheRareWordBeforeTheCommonOne() {
        // Given
        for (int i = 0; i < 20; i++) {
            put(bank, "common" + i, "Ann walked number" + i, false);
        }
        put(bank, "rare", "Ann adopted Rex", false);
        // When, Then
        assertThat(ids(retriever.retrieve(bank, "When did Ann adopt Rex?", 3))).startsWith("rare").hasSize(3);
    }

    @Test
    void shouldRetrieveClosedMemoriesAfterValidOnesOfLikeFit() {
        // Given
        put(bank, "a-old", "Ann lives in Rome", true);
        put(bank, "b-new", "Ann lives in Oslo", false);
        float[] query = embedder.embed(List.of("Where did Ann live?")).get(0);
        // When
        List<ScoredMemory> all = retriever.retrieve(bank, "Where did Ann live?", query, 5, true);
        // Then
        assertThat(ids(all)).containsExactly("b-new", "a-old");
        assertThat(all.get(1).memory().validTo()).isPresent();
        assertThat(ids(retriever.retrieve(bank, "Where did Ann live?", query, 5, false))).containsExactly("b-new");
        assertThat(ids(retriever.retrieve(bank, "Ann Rome", 1))).containsExactly("a-old");
    }

    @Test
    void shouldOfferOnlyValidMemoriesAsCandidates() {
        put(bank, "old", "Ann lives in Rome", true);
        put(bank, "new", "Ann lives in Rome", false);
        float[] vector = embedder.embed(List.of("Ann lives in Rome")).get(0);
        assertThat(ids(retriever.similar(bank, vector, 1, 4))).containsExactly("new");
    }

    private void putSaid(String id, String text, String said) {
        List<float[]> vectors = embedder.embed(List.of(text, said));
        bank.put(new Memory(id, text, NOON, Optional.empty(), Optional.empty(), List.of("e"), Optional.empty(), Optional.empty(), vectors.get(0),
                Optional.of(new Memory.Said(Words.content(said), vectors.get(1), List.of()))));
    }

    @Test
    void shouldFindAMemoryByTheWordsItWasToldIn() {
        // Given
        for (int i = 0; i < 20; i++) {
            putSaid("other" + i, "Ann walked number" + i, "Ann: I walked number" + i + " today");
        }
        putSaid("wish", "Ann wants to become a counsellor", "Ann: I could see myself helping people for a living, a counsellor maybe");
        // When, Then
        assertThat(ids(retriever.retrieve(bank, "What will Ann do for a living to help people?", 3))).startsWith("wish");
        float[] fact = embedder.embed(List.of("I could see myself helping people for a living")).get(0);
        assertThat(retriever.similar(bank, fact, 0.5, 4)).as("what says the same as a fact is told by facts alone").isEmpty();
    }

    @Test
    void shouldCountAWordOfTheFactWholeOneOfTheDialogueThreeQuarters() {
        putSaid("fact", "Rex barks", "so it does");
        bank.put(alone("said", "so it does", "Rex barks", NOON.plusSeconds(4000)));
        bank.put(alone("none", "tea", "tea", NOON.plusSeconds(8000)));
        List<ScoredMemory> found = retriever.retrieve(bank, "Rex", 3);
        assertThat(ids(found)).containsExactly("fact", "said", "none");
        float[] rex = embedder.embed(List.of("Rex")).get(0);
        List<float[]> vectors = embedder.embed(List.of("Rex barks", "so it does"));
        double near = TextEmbedder.cosine(rex, vectors.get(0));
        double far = TextEmbedder.cosine(rex, vectors.get(1));
        assertThat(found.get(0).score()).isCloseTo((2 * near + far) / 3 + MemoryRetriever.WORD_WEIGHT, within(1e-6));
        assertThat(found.get(1).score()).isCloseTo((2 * far + near) / 3 + MemoryRetriever.WORD_WEIGHT * 3 / 4, within(1e-6));
    }

    private Memory alone(String id, String text, String said, Instant time) {
        List<float[]> vectors = embedder.embed(List.of(text, said));
        return new Memory(id, text, time, Optional.empty(), Optional.empty(), List.of("e"), Optional.empty(), Optional.empty(), vectors.get(0),
                Optional.of(new Memory.Said(Words.content(said), vectors.get(1), List.of())));
    }

    /** At minutes 0, 50, 100 and 170: "alone" is another conversation. Put in any order, as a restart reads them by id. */
    @Test
    void shouldRaiseWhatWasSaidBesideAGoodFit() {
        List<Memory> said = List.of(alone("hit", "Rex barks", "Rex barks", NOON), alone("beside", "tea", "tea", NOON.plusSeconds(3000)),
                alone("next", "tea", "tea", NOON.plusSeconds(6000)), alone("alone", "tea", "tea", NOON.plusSeconds(10_200)));
        double tea = TextEmbedder.cosine(embedder.embed(List.of("Rex")).get(0), embedder.embed(List.of("tea")).get(0));
        for (int first = 0; first < said.size(); first++) {
            InMemoryBank turned = new InMemoryBank("b");
            for (int i = 0; i < said.size(); i++) {
                turned.put(said.get((first + i) % said.size()));
            }
            List<ScoredMemory> found = retriever.retrieve(turned, "Rex", 4);
            assertThat(found.get(0).memory().id()).isEqualTo("hit");
            double hit = found.get(0).score() - MemoryRetriever.BESIDE_WEIGHT * Math.max(0, tea);
            assertThat(score(found, "beside")).isCloseTo(tea + MemoryRetriever.BESIDE_WEIGHT * hit, within(1e-6));
            assertThat(score(found, "next")).isCloseTo(tea + MemoryRetriever.BESIDE_WEIGHT * Math.max(0, tea), within(1e-6));
            assertThat(score(found, "alone")).isCloseTo(tea, within(1e-6));
        }
    }

    @Test
    void shouldHoldMemoriesOfOneMomentForOneBesideTheNext() {
        for (String id : List.of("a", "b", "c")) {
            bank.put(alone(id, "tea", "tea", NOON.plusSeconds(60)));
        }
        bank.put(alone("hit", "Rex barks", "Rex barks", NOON));
        List<ScoredMemory> found = retriever.retrieve(bank, "Rex", 4);
        assertThat(found.subList(1, 4)).extracting(ScoredMemory::score).as("as near to the hit, whatever their ids").containsOnly(score(found, "a"));
        double tea = TextEmbedder.cosine(embedder.embed(List.of("Rex")).get(0), embedder.embed(List.of("tea")).get(0));
        assertThat(score(found, "a")).isGreaterThan(tea + 0.05);
    }

    @Test
    void shouldKnowWhatStandsBesideAMemoryThatMovedInTime() {
        bank.put(alone("hit", "Rex barks", "Rex barks", NOON));
        bank.put(alone("tea", "tea", "tea", NOON.plusSeconds(60)));
        double beside = score(retriever.retrieve(bank, "Rex", 2), "tea");
        bank.put(alone("tea", "tea", "tea", NOON.plusSeconds(7200)));
        double apart = score(retriever.retrieve(bank, "Rex", 2), "tea");
        bank.put(alone("tea", "tea", "tea", NOON.minusSeconds(60)));
        assertThat(score(retriever.retrieve(bank, "Rex", 2), "tea")).isEqualTo(beside).isGreaterThan(apart);
    }

    private static double score(List<ScoredMemory> found, String id) {
        return found.stream().filter(one -> one.memory().id().equals(id)).findFirst().orElseThrow().score();
    }

    @Test
    void shouldAgreeWithSortingEverything() {
        long seed = 7;
        System.out.println("seed of the retrieval test: " + seed);
        Random random = new Random(seed);
        String[] words = "ann ben cat dog oslo rome tea run sing cook".split(" ");
        for (int i = 0; i < 300; i++) {
            put(bank, "m" + i, words[random.nextInt(10)] + " " + words[random.nextInt(10)], random.nextBoolean());
        }
        List<ScoredMemory> all = retriever.retrieve(bank, "ann cat oslo", 1000);
        assertThat(all).hasSize(300);
        assertThat(new ArrayList<>(all)).isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));
        for (int limit : new int[] {1, 7, 50}) {
            assertThat(ids(retriever.retrieve(bank, "ann cat oslo", limit))).isEqualTo(ids(all.subList(0, limit)));
        }
    }

    @Test
    void shouldAnswerFromAnEmptyBankAndWithoutContentWords() {
        assertThat(retriever.retrieve(bank, "Ann?", 3)).isEmpty();
        put(bank, "m", "Ann has a cat", false);
        assertThat(retriever.retrieve(bank, "what is it?", 3)).hasSize(1).allMatch(one -> !Double.isNaN(one.score()));
    }

    @Test
    void shouldNameAnImpossibleLimitAndAForeignEmbedder() {
        put(bank, "m", "Ann has a cat", false);
        assertThatThrownBy(() -> retriever.retrieve(bank, "cat", 0)).hasMessageContaining("limit is 0");
        assertThatThrownBy(() -> retriever.retrieve(bank, "cat", new float[3], 1, true)).hasMessageContaining("another text embedder");
        assertThatThrownBy(() -> new Memory("m", "Ann has a cat", NOON, Optional.empty(), Optional.empty(), List.of("e"), Optional.empty(), Optional.empty(),
                new float[8], Optional.of(new Memory.Said(Set.of(), new float[3], List.of())))).hasMessageContaining("what was said has 3 dimensions, the text's has 8");
    }
}
