package org.memlora.distillation.examples;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.memlora.distillation.locomo.LocomoConversation;
import org.memlora.distillation.locomo.LocomoConversation.Question;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.generation.GenerationPrompt;
import org.memlora.operators.generation.QuestionContext;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.operators.memory.Words;

/**
 * Questions with memories and the gold answer. The memories are what retrieval brings for a question, its evidence put in where
 * retrieval missed it; further questions whose evidence stands there, or is put in, share the same list: the trainer runs a
 * shared beginning once, so four questions cost little more than one. Category 5 is answered "not mentioned". {@link StateQuestions} stand evenly between them.
 */
public final class GenerationExamples {
    /**
     * @param perList most questions to one list of memories
     * @param uses how often each question stands in the set, with other lists
     * @param rawListShare share of lists that are turns alone, as plain retrieval over turns brings them
     * @param rawShare share of evidence that is given as the turn itself among observations, though an observation of it exists
     * @param missingShare share of lists whose evidence is what retrieval brings, no more
     * @param adversarialShare share of the questions of category 5 that is kept
     * @param stateRounds how often a person of our own invention is asked about each thing that changes
     */
    public record Settings(int fewestMemories, int mostMemories, int perList, int uses, double rawListShare, double rawShare,
            double missingShare, double adversarialShare, int stateRounds) { }

    private static final int PER_TURN = 2;
    private static final int LONGEST_ANSWER_WORDS = 16;

    private final TextEmbedder embedder;
    private final MemoryRetriever retriever;
    private final Settings settings;
    private final SplittableRandom random;
    private final StateQuestions states;

    /** @param wording of our own questions about what is now and what was before */
    public GenerationExamples(TextEmbedder embedder, Settings settings, Wording wording, long seed) {
        this.embedder = embedder;
        this.retriever = new MemoryRetriever(embedder);
        this.settings = settings;
        this.random = new SplittableRandom(seed);
        this.states = new StateQuestions(embedder, wording, new SplittableRandom(seed));
    }

    /** A question with its vector. */
    private record Asked(Question question, float[] vector, String answer) { }

    public List<TrainingExample> build(LocomoConversation conversation) {
        ObservedMemories observed = new ObservedMemories(conversation, embedder);
        List<Asked> questions = usable(conversation, observed);
        Instant end = end(conversation);
        Map<Asked, Integer> used = new HashMap<>();
        List<List<TrainingExample>> lists = new ArrayList<>();
        for (int use = 1; use <= settings.uses; use++) {
            for (Asked seed : shuffled(questions)) {
                if (used.getOrDefault(seed, 0) < use) {
                    lists.add(list(conversation, observed, seed, questions, used, use, end));
                }
            }
        }
        List<List<TrainingExample>> own = new ArrayList<>();
        for (int round = 0; round < settings.stateRounds; round++) {
            own.addAll(states.build(conversation, observed, end));
        }
        return evenly(lists, own).stream().flatMap(List::stream).toList();
    }

    /**
     * Each question of categories 1 to 4 to the turns that its answer rests on and nothing else, with the whole gold answer: what the row
     * gold-evidence of an evaluation asks.
     */
    public List<TrainingExample> withGoldEvidence(LocomoConversation conversation) {
        List<DialogueTurn> said = conversation.sessions().stream().flatMap(session -> session.turns().stream())
                .filter(ObservedMemories::saysSomething).toList();
        Instant end = end(conversation);
        List<TrainingExample> examples = new ArrayList<>();
        for (Question question : conversation.questions()) {
            List<ScoredMemory> evidence = said.stream().filter(turn -> question.evidence().contains(turn.eventId()))
                    .map(turn -> new ScoredMemory(ObservedMemories.ofTurn(turn), 1)).toList();
            if (!question.adversarial() && question.answer().isPresent() && !evidence.isEmpty()) {
                examples.add(new TrainingExample(GenerationPrompt.messages(new QuestionContext(conversation.id(), question.id(), question.text(), end, evidence), true),
                        Words.oneLine(question.answer().get()), question.evidence(), conversation.id() + "/category-" + question.category()));
            }
        }
        return examples;
    }

    private static Instant end(LocomoConversation conversation) {
        return conversation.sessions().get(conversation.sessions().size() - 1).turns().get(0).time().plusSeconds(86_400);
    }

    /** One sequence of both, each in its order: the beginning of a set is made up as the whole. */
    static <T> List<T> evenly(List<T> some, List<T> others) {
        List<T> both = new ArrayList<>();
        int taken = 0;
        for (int i = 0; i < some.size(); i++) {
            both.add(some.get(i));
            int due = (int) ((i + 1L) * others.size() / some.size());
            both.addAll(others.subList(taken, due));
            taken = due;
        }
        both.addAll(others.subList(taken, others.size()));
        return both;
    }

    private List<Asked> usable(LocomoConversation conversation, ObservedMemories observed) {
        List<Question> chosen = conversation.questions().stream().filter(question -> {
            boolean known = !question.evidence().isEmpty() && question.evidence().stream().allMatch(id -> observed.turn(id).isPresent());
            return known && (question.adversarial() ? random.nextDouble() < settings.adversarialShare
                    : question.answer().filter(answer -> GoldAnswer.target(answer).split(" ").length <= LONGEST_ANSWER_WORDS).isPresent());
        }).toList();
        List<float[]> vectors = embedder.embed(chosen.stream().map(Question::text).toList());
        List<Asked> asked = new ArrayList<>();
        for (int i = 0; i < chosen.size(); i++) {
            asked.add(new Asked(chosen.get(i), vectors.get(i), chosen.get(i).answer().map(GoldAnswer::target).orElse(GenerationPrompt.NOT_MENTIONED)));
        }
        return asked;
    }

    private List<TrainingExample> list(LocomoConversation conversation, ObservedMemories all, Asked seed, List<Asked> questions,
            Map<Asked, Integer> used, int use, Instant end) {
        ObservedMemories observed = random.nextDouble() < settings.rawListShare ? all.onlyTurns() : all;
        int size = settings.fewestMemories + random.nextInt(settings.mostMemories - settings.fewestMemories + 1);
        List<Memory> evidence = evidence(observed, seed.question, size - 1);
        boolean onlyRetrieved = random.nextDouble() < settings.missingShare;
        List<ScoredMemory> ranked = retriever.retrieve(observed.bankWith(onlyRetrieved ? List.of() : evidence), seed.question.text(), seed.vector,
                Integer.MAX_VALUE, true);
        Set<Memory> list = new LinkedHashSet<>(onlyRetrieved ? List.of() : evidence);
        ranked.stream().map(ScoredMemory::memory).filter(memory -> list.size() < size).forEach(list::add);
        List<Asked> together = new ArrayList<>();
        if (!onlyRetrieved || seed.question.adversarial() || holds(observed, list, seed.question)) {
            together.add(seed);
        }
        used.merge(seed, 1, Integer::sum);
        Set<Memory> fixed = new LinkedHashSet<>(evidence);
        for (Asked other : nearest(seed, questions)) {
            if (together.size() < settings.perList && used.getOrDefault(other, 0) < use && !other.answer.equals(seed.answer)
                    && join(observed, list, fixed, other.question)) {
                used.merge(other, 1, Integer::sum);
                together.add(other);
            }
        }
        List<ScoredMemory> shown = ordered(list, ranked);
        List<TrainingExample> examples = new ArrayList<>();
        for (Asked asked : together) {
            QuestionContext context = new QuestionContext(conversation.id(), asked.question.id(), asked.question.text(), end, shown);
            examples.add(new TrainingExample(GenerationPrompt.messages(context, true), asked.answer, asked.question.evidence(),
                    conversation.id() + "/" + (asked.question.adversarial() ? "adversarial" : "category-" + asked.question.category())));
        }
        return examples;
    }

    /** One memory or two for each turn the answer rests on: observations of it, or the turn itself. */
    private List<Memory> evidence(ObservedMemories observed, Question question, int most) {
        Set<Memory> evidence = new LinkedHashSet<>();
        for (String turn : question.evidence()) {
            List<Memory> of = observed.of(turn);
            if (of.isEmpty() || random.nextDouble() < settings.rawShare) {
                evidence.add(observed.turn(turn).orElseThrow());
            } else {
                evidence.addAll(of.subList(0, Math.min(PER_TURN, of.size())));
            }
        }
        return evidence.stream().limit(most).toList();
    }

    private static boolean holds(ObservedMemories observed, Set<Memory> list, Question question) {
        return question.evidence().stream().allMatch(turn -> list.stream().anyMatch(memory -> memory.sourceEventIds().contains(turn)));
    }

    /** Puts the evidence of a further question in place of distractors; false, and nothing changed, where there is no room. */
    private boolean join(ObservedMemories observed, Set<Memory> list, Set<Memory> fixed, Question question) {
        if (holds(observed, list, question)) {
            list.stream().filter(memory -> question.evidence().stream().anyMatch(memory.sourceEventIds()::contains)).forEach(fixed::add);
            return true;
        }
        List<Memory> missing = evidence(observed, question, Integer.MAX_VALUE).stream().filter(memory -> !list.contains(memory)).toList();
        List<Memory> distractors = list.stream().filter(memory -> !fixed.contains(memory)).toList();
        // Some distractors stay: a list of nothing but evidence is too easy.
        if (missing.size() > distractors.size() - 3) {
            return false;
        }
        distractors.subList(distractors.size() - missing.size(), distractors.size()).forEach(list::remove);
        list.addAll(missing);
        fixed.addAll(missing);
        return true;
    }

    private static List<ScoredMemory> ordered(Set<Memory> list, List<ScoredMemory> ranked) {
        Map<String, Double> scores = new HashMap<>();
        ranked.forEach(scored -> scores.put(scored.memory().id(), scored.score()));
        return list.stream().map(memory -> new ScoredMemory(memory, scores.getOrDefault(memory.id(), 0.0)))
                .sorted(Comparator.comparingDouble(ScoredMemory::score).reversed().thenComparing(scored -> scored.memory().id())).toList();
    }

    private static List<Asked> nearest(Asked seed, List<Asked> questions) {
        return questions.stream().filter(other -> other != seed)
                .sorted(Comparator.comparingDouble((Asked other) -> TextEmbedder.cosine(seed.vector, other.vector)).reversed()).toList();
    }

    private List<Asked> shuffled(List<Asked> questions) {
        List<Asked> order = new ArrayList<>(questions);
        for (int i = order.size() - 1; i > 0; i--) {
            Collections.swap(order, i, random.nextInt(i + 1));
        }
        return order;
    }
}
