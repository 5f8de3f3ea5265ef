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
import org.memlora.operators.memory.InMemoryBank;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.memory.ScoredMemory;

/**
 * What is now, and what was before: questions about people of our own invention ({@link StateFacts}), whose memories stand among a
 * conversation's observations. The later memory counts for the first and the earlier one for the second, whichever is nearer to the
 * question's words. An invented person, as a speaker's real memories might contradict ours.
 */
final class StateQuestions {
    private static final int FEWEST_MEMORIES = 5;
    private static final int MOST_MEMORIES = 10;
    private static final int PEOPLE = 2;
    private static final List<String> NAMES = List.of("Ottilie", "Wendell", "Zuri", "Anselm", "Maren", "Thaddeus", "Ines", "Cormac", "Solveig", "Bastian");
    private static final List<String> HELD_OUT_NAMES = List.of("Perpetua", "Aldous", "Niamh", "Casimir", "Yusra", "Leopold", "Birgit", "Tariq");

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

    /** A change and the ids of its memories. */
    private record Told(StateFacts.Change change, List<String> ids) { }

    /**
     * Two questions for each person and thing, to one list of memories; what they rest on is in no dialogue, so they have no source.
     * None where the conversation has a single session: nothing can be later there.
     */
    List<List<TrainingExample>> build(LocomoConversation conversation, ObservedMemories observed, Instant end) {
        List<List<TrainingExample>> lists = new ArrayList<>();
        for (String person : conversation.sessions().size() < 2 ? List.<String>of() : people(conversation, observed)) {
            List<Memory> own = new ArrayList<>();
            List<Told> told = StateFacts.changes(person, wording, random).stream().map(change -> tell(conversation, change, own)).toList();
            InMemoryBank bank = observed.bankWith(ObservedMemories.embedded(own, embedder));
            for (Told one : told) {
                List<ScoredMemory> shown = shown(bank, one);
                lists.add(List.of(example(conversation, one.change.askedNow(), one.change.now(), shown, end, "own-now"),
                        example(conversation, one.change.askedBefore(), one.change.before(), shown, end, "own-before")));
            }
        }
        return lists;
    }

    /** Names that nobody in the conversation bears or mentions. */
    private List<String> people(LocomoConversation conversation, ObservedMemories observed) {
        List<String> free = new ArrayList<>((wording == Wording.HELD_OUT ? HELD_OUT_NAMES : NAMES).stream().filter(name -> !conversation.speakers().contains(name)
                && conversation.turns().values().stream().noneMatch(turn -> turn.text().contains(name))
                && conversation.questions().stream().noneMatch(question -> question.text().contains(name))
                && observed.memories().stream().noneMatch(memory -> memory.text().contains(name))).toList());
        List<String> people = new ArrayList<>();
        while (people.size() < PEOPLE && !free.isEmpty()) {
            people.add(free.remove(random.nextInt(free.size())));
        }
        return people;
    }

    private static TrainingExample example(LocomoConversation conversation, String question, String answer, List<ScoredMemory> shown, Instant end, String kind) {
        QuestionContext context = new QuestionContext(conversation.id(), kind, question, end, shown);
        return new TrainingExample(GenerationPrompt.messages(context, true), answer, List.of(), conversation.id() + "/" + kind);
    }

    /** Adds the change's memories to those of the person. */
    private Told tell(LocomoConversation conversation, StateFacts.Change change, List<Memory> own) {
        int before = own.size();
        int later = 1 + random.nextInt(conversation.sessions().size() - 1);
        Instant first = time(conversation, random.nextInt(later));
        Instant then = time(conversation, later);
        // The update stage may have closed it, or not seen that it ended.
        own.add(memory(change.known(), first, random.nextBoolean() ? Optional.of(then) : Optional.empty(), own.size()));
        for (String news : change.news()) {
            own.add(memory(news, then, Optional.empty(), own.size()));
        }
        if (random.nextBoolean()) {
            own.add(memory(change.other(), random.nextBoolean() ? first : then, Optional.empty(), own.size()));
        }
        return new Told(change, own.subList(before, own.size()).stream().map(Memory::id).toList());
    }

    private List<ScoredMemory> shown(InMemoryBank bank, Told told) {
        List<ScoredMemory> ranked = retriever.retrieve(bank, told.change.askedNow(), Integer.MAX_VALUE);
        int size = FEWEST_MEMORIES + random.nextInt(MOST_MEMORIES - FEWEST_MEMORIES + 1);
        Set<String> list = new LinkedHashSet<>(told.ids);
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
