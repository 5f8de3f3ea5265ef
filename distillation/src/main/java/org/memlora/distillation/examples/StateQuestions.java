package org.memlora.distillation.examples;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.memlora.distillation.locomo.LocomoConversation;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.generation.GenerationPrompt;
import org.memlora.operators.generation.QuestionContext;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.memory.ScoredMemory;

/**
 * What is now, and what was before: questions to memories of our own ({@link StateFacts}) among a conversation's observations. The later memory
 * counts for the first and the earlier one for the second, whichever is nearer to the question's words.
 */
final class StateQuestions {
    private static final int FEWEST_MEMORIES = 5;
    private static final int MOST_MEMORIES = 10;

    private final TextEmbedder embedder;
    private final MemoryRetriever retriever;
    private final Wording wording;
    private final SplittableRandom random;

    StateQuestions(TextEmbedder embedder, Wording wording, SplittableRandom random) {
        this.embedder = embedder;
        this.retriever = new MemoryRetriever(embedder);
        this.wording = wording;
        this.random = random;
    }

    /** Two questions for each speaker and thing, to one list of memories; what they rest on is in no dialogue, so they have no source. */
    List<TrainingExample> build(LocomoConversation conversation, ObservedMemories observed, Instant end) {
        List<TrainingExample> examples = new ArrayList<>();
        for (String speaker : conversation.speakers()) {
            for (StateFacts.Change change : StateFacts.changes(speaker, wording, random)) {
                List<ScoredMemory> shown = shown(conversation, observed, change);
                examples.add(example(conversation, change.askedNow(), change.now(), shown, end, "own-now"));
                examples.add(example(conversation, change.askedBefore(), change.before(), shown, end, "own-before"));
            }
        }
        return examples;
    }

    private static TrainingExample example(LocomoConversation conversation, String question, String answer, List<ScoredMemory> shown, Instant end, String kind) {
        QuestionContext context = new QuestionContext(conversation.id(), kind, question, end, shown);
        return new TrainingExample(GenerationPrompt.messages(context, true), answer, List.of(), conversation.id() + "/" + kind);
    }

    private List<ScoredMemory> shown(LocomoConversation conversation, ObservedMemories observed, StateFacts.Change change) {
        int later = 1 + random.nextInt(Math.max(1, conversation.sessions().size() - 1));
        Instant first = time(conversation, random.nextInt(later));
        Instant then = time(conversation, Math.min(later, conversation.sessions().size() - 1));
        List<Memory> own = new ArrayList<>();
        // The update stage may have closed it, or not seen that it ended.
        own.add(memory(change.known(), first, random.nextBoolean() ? Optional.of(then) : Optional.empty(), own.size()));
        for (String news : change.news()) {
            own.add(memory(news, then, Optional.empty(), own.size()));
        }
        if (random.nextBoolean()) {
            own.add(memory(change.other(), random.nextBoolean() ? first : then, Optional.empty(), own.size()));
        }
        own = ObservedMemories.embedded(own, embedder);
        List<ScoredMemory> ranked = retriever.retrieve(observed.bankWith(own), change.askedNow(), Integer.MAX_VALUE);
        int size = FEWEST_MEMORIES + random.nextInt(MOST_MEMORIES - FEWEST_MEMORIES + 1);
        Set<String> list = new LinkedHashSet<>(own.stream().map(Memory::id).toList());
        ranked.stream().map(scored -> scored.memory().id()).filter(id -> list.size() < size).forEach(list::add);
        return ranked.stream().filter(scored -> list.contains(scored.memory().id())).toList();
    }

    private static Instant time(LocomoConversation conversation, int session) {
        return conversation.sessions().get(session).turns().get(0).time();
    }

    private static Memory memory(String text, Instant from, Optional<Instant> to, int number) {
        return new Memory("own-" + number, text, from, to, Optional.empty(), List.of("own-" + number), Optional.empty(), Optional.empty(), new float[0]);
    }
}
