package org.memlora.distillation.examples;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.memlora.distillation.locomo.LocomoConversation;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.extraction.Fact;
import org.memlora.operators.memory.InMemoryBank;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.operators.memory.Words;
import org.memlora.operators.update.MemoryOperation;
import org.memlora.operators.update.UpdatePrompt;

/**
 * Decisions about new facts, made from a conversation's observations: no teacher decided them. The memories shown are those
 * that the operator would show: the most similar ones of the bank above its threshold.
 * NONE: the fact restated, or a part of it. UPDATE: a state with another value, or the whole of what was known in part. DELETE: a state
 * taken back. States of which a person has one at a time are rare in the observations: {@link StateFacts} adds ours. ADD: another observation; and hard negatives: the same about another person, another value of what happened once,
 * and any of the above where the bank lacks the memory concerned.
 */
public final class UpdateExamples {
    /** Nearer memories than that might say the same: what is right would not be sure. */
    private static final double TWIN = 0.85;
    private static final int OTHERS = 220;
    /** Times that each attribute of {@link StateFacts} is used per conversation. */
    private static final int OWN_ROUNDS = 4;

    /** A new fact and what is right about the memory it was made from. */
    private record Made(String text, MemoryOperation operation, String kind) { }

    private record Candidate(Memory source, Made made) { }

    private final TextEmbedder embedder;
    private final MemoryRetriever retriever;
    private final Wording wording;
    private final SplittableRandom random;
    private final OperatorSettings settings = OperatorSettings.DEFAULT;

    public UpdateExamples(TextEmbedder embedder, Wording wording, long seed) {
        this.embedder = embedder;
        this.retriever = new MemoryRetriever(embedder);
        this.wording = wording;
        this.random = new SplittableRandom(seed);
    }

    /** @param perOperation most examples of each operation; ADD gets twice as many, as it is the commonest in dialogues */
    public List<TrainingExample> build(LocomoConversation conversation, int perOperation) {
        ObservedMemories observed = new ObservedMemories(conversation, embedder);
        List<String> speakers = conversation.speakers();
        FactChanges changes = new FactChanges(wording, random);
        List<Candidate> candidates = new ArrayList<>();
        observed.memories().forEach(memory -> made(memory, changes, speakers).forEach(made -> candidates.add(new Candidate(memory, made))));
        for (int i = 0; i < OWN_ROUNDS; i++) {
            String name = speakers.get(i % speakers.size());
            for (StateFacts.Pair pair : StateFacts.pairs(name, speakers.get((i + 1) % speakers.size()), wording, random)) {
                candidates.add(new Candidate(own(conversation, observed, pair.known(), candidates.size()), new Made(pair.news(), pair.operation(), pair.kind())));
            }
        }
        shuffle(candidates);
        Quota quota = new Quota(perOperation);
        List<TrainingExample> chosen = new ArrayList<>();
        for (Candidate candidate : candidates) {
            if (quota.hasRoom(candidate.made.operation, candidate.made.operation + "-" + candidate.made.kind)) {
                example(conversation, observed, candidate.source, candidate.made)
                        .filter(example -> quota.take(MemoryOperation.valueOf(example.completion().split(" ")[0]), example.kind())).ifPresent(chosen::add);
            }
        }
        return chosen;
    }

    /** Bounds the examples of an operation, and each kind at half of its operation's, so that none crowds out the others. */
    private static final class Quota {
        private final int perOperation;
        private final Map<String, Integer> counts = new HashMap<>();

        Quota(int perOperation) {
            this.perOperation = perOperation;
        }

        boolean hasRoom(MemoryOperation operation, String kind) {
            int most = operation == MemoryOperation.ADD ? 2 * perOperation : perOperation;
            return counts.getOrDefault(operation.name(), 0) < most && counts.getOrDefault(kind, 0) < (most + 1) / 2;
        }

        boolean take(MemoryOperation operation, String kind) {
            boolean room = hasRoom(operation, kind);
            if (room) {
                counts.merge(operation.name(), 1, Integer::sum);
                counts.merge(kind, 1, Integer::sum);
            }
            return room;
        }
    }

    /** A fact of our own as a memory of this conversation. */
    private Memory own(LocomoConversation conversation, ObservedMemories observed, String text, int number) {
        Memory beside = observed.memories().get(random.nextInt(observed.memories().size()));
        return new Memory(conversation.id() + "-own-" + number, text, beside.validFrom(), Optional.empty(), Optional.empty(), beside.sourceEventIds(),
                Optional.empty(), Optional.empty(), embedder.embed(List.of(text)).get(0));
    }

    private List<Made> made(Memory memory, FactChanges changes, List<String> speakers) {
        String fact = memory.text();
        List<Made> made = new ArrayList<>();
        changes.restated(fact).ifPresent(text -> made.add(new Made(text, MemoryOperation.NONE, "restated")));
        FactChanges.shortened(fact).ifPresent(text -> made.add(new Made(text, MemoryOperation.NONE, "part")));
        changes.changed(fact).ifPresent(text -> made.add(new Made(text, MemoryOperation.UPDATE, "value")));
        FactChanges.shortened(fact).ifPresent(text -> made.add(new Made(fact, MemoryOperation.UPDATE, "fuller")));
        changes.retracted(fact).ifPresent(text -> made.add(new Made(text, MemoryOperation.DELETE, "retracted")));
        if (!FactChanges.isState(fact) || FactChanges.isOneOfMany(fact)) {
            changes.otherValue(fact).ifPresent(text -> made.add(new Made(text, MemoryOperation.ADD, "other-thing")));
        }
        speakers.stream().filter(name -> fact.startsWith(name)).findFirst().ifPresent(person -> speakers.stream().filter(name -> !name.equals(person))
                .findFirst().flatMap(other -> FactChanges.otherPerson(changes.restated(fact).orElse(fact), person, other))
                .ifPresent(text -> made.add(new Made(text, MemoryOperation.ADD, "other-person"))));
        made.add(new Made(fact, MemoryOperation.ADD, "another"));
        return made;
    }

    private Optional<TrainingExample> example(LocomoConversation conversation, ObservedMemories observed, Memory source, Made made) {
        float[] vector = embedder.embed(List.of(made.text)).get(0);
        // Whether the bank holds the memory concerned: a sixth of the changes meets a bank without it and is news.
        boolean held = !made.kind.equals("another") && (made.operation == MemoryOperation.ADD || random.nextInt(6) > 0);
        InMemoryBank bank = bank(conversation, observed, source, made, held);
        List<Memory> candidates = retriever.similar(bank, vector, settings.similarityThreshold(), settings.updateCandidates())
                .stream().map(ScoredMemory::memory).toList();
        int at = candidates.stream().map(Memory::id).toList().indexOf(source.id());
        boolean sameWords = candidates.stream().anyMatch(memory -> Words.saying(memory.text()).equals(Words.saying(made.text)));
        if (candidates.isEmpty() || sameWords || held && at < 0 || hasTwin(candidates, source)) {
            return Optional.empty();
        }
        boolean news = made.operation == MemoryOperation.ADD || !held;
        String completion = news ? "ADD" : made.operation + " " + (at + 1);
        Fact fact = new Fact(source.id() + "-new", made.text, source.validFrom(), Optional.empty(), source.sourceEventIds(), made.text);
        String kind = news ? "ADD-" + made.kind : made.operation + "-" + made.kind;
        return Optional.of(new TrainingExample(UpdatePrompt.messages(fact, candidates, true), completion, source.sourceEventIds(),
                conversation.id() + "/" + kind));
    }

    /** A part of the conversation's observations: banks of all sizes; the memory concerned as it was known before. */
    private InMemoryBank bank(LocomoConversation conversation, ObservedMemories observed, Memory source, Made made, boolean held) {
        InMemoryBank bank = new InMemoryBank(conversation.id());
        Set<Integer> left = new HashSet<>();
        int count = observed.memories().size();
        int most = Math.min(count, 40 + random.nextInt(OTHERS));
        while (left.size() < most) {
            left.add(random.nextInt(count));
        }
        left.stream().map(observed.memories()::get).filter(memory -> memory != source).forEach(bank::put);
        if (held) {
            String known = made.kind.equals("fuller") ? FactChanges.shortened(source.text()).orElseThrow() : source.text();
            float[] vector = known.equals(source.text()) ? source.embedding() : embedder.embed(List.of(known)).get(0);
            bank.put(new Memory(source.id(), known, source.validFrom(), Optional.empty(), source.occurredOn(), source.sourceEventIds(),
                    Optional.empty(), Optional.empty(), vector));
        }
        return bank;
    }

    private static boolean hasTwin(List<Memory> candidates, Memory source) {
        return candidates.stream().filter(memory -> !memory.id().equals(source.id())).anyMatch(memory -> TextEmbedder.cosine(memory.embedding(), source.embedding()) > TWIN);
    }

    private <T> void shuffle(List<T> list) {
        for (int i = list.size() - 1; i > 0; i--) {
            Collections.swap(list, i, random.nextInt(i + 1));
        }
    }
}
