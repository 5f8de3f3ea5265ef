package org.memlora.distillation.examples;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.memlora.distillation.locomo.LocomoConversation;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.ExtractionPrompt;
import org.memlora.operators.extraction.FactIds;
import org.memlora.operators.extraction.RelativeDates;
import org.memlora.operators.memory.InMemoryBank;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.Words;

/**
 * The observations of a conversation as memories, dated as extraction would date them, with the turns they rest on; and its turns as
 * memories of their own.
 */
final class ObservedMemories {
    private final LocomoConversation conversation;
    private final List<Memory> memories = new ArrayList<>();
    private final Map<String, List<Memory>> byTurn = new HashMap<>();
    private final TextEmbedder embedder;
    private Map<String, Memory> turns;

    ObservedMemories(LocomoConversation conversation, TextEmbedder embedder) {
        this.conversation = conversation;
        this.embedder = embedder;
        Map<String, DialogueTurn> said = conversation.turns();
        List<Memory> bare = new ArrayList<>();
        for (LocomoConversation.Session session : conversation.sessions()) {
            for (LocomoConversation.Observation observation : session.observations()) {
                List<String> evidence = observation.evidence().stream().filter(said::containsKey).toList();
                if (!evidence.isEmpty()) {
                    DialogueTurn last = said.get(evidence.get(evidence.size() - 1));
                    bare.add(memory(FactIds.mint(conversation.id(), last.eventId(), bare.size()), FactDates.dated(observation.text(), last), last.time(), evidence,
                            evidence.stream().map(said::get).filter(turn -> turn.day().equals(last.day())).map(ExtractionPrompt::line).toList()));
                }
            }
        }
        for (Memory memory : embedded(bare, embedder)) {
            memories.add(memory);
            memory.sourceEventIds().forEach(id -> byTurn.computeIfAbsent(id, key -> new ArrayList<>()).add(memory));
        }
    }

    private ObservedMemories(ObservedMemories of) {
        this.conversation = of.conversation;
        this.embedder = of.embedder;
        this.turns = of.turns();
        this.memories.addAll(turns.values());
    }

    /** The turns alone, without an observation. */
    ObservedMemories onlyTurns() {
        return new ObservedMemories(this);
    }

    /* When asked for: embedding takes time, and not every set needs them. */
    private Map<String, Memory> turns() {
        if (turns == null) {
            turns = new LinkedHashMap<>();
            List<Memory> bare = conversation.turns().values().stream().filter(ObservedMemories::saysSomething)
                    .map(ObservedMemories::ofTurn).toList();
            embedded(bare, embedder).forEach(memory -> turns.put(memory.sourceEventIds().get(0), memory));
        }
        return turns;
    }

    /** Words, or a picture with a caption. */
    static boolean saysSomething(DialogueTurn turn) {
        return !ExtractionPrompt.line(turn).equals(turn.speaker() + ":");
    }

    /** What was said, as plain retrieval over turns knows it: its line begins with the day it was said, also where it names another one. */
    static Memory ofTurn(DialogueTurn turn) {
        return new Memory("turn-" + turn.eventId(), ExtractionPrompt.line(turn), turn.time(), Optional.empty(), Optional.empty(), List.of(turn.eventId()),
                Optional.empty(), Optional.empty(), new float[0]);
    }

    private static Memory memory(String id, String text, Instant time, List<String> evidence, List<String> lines) {
        Memory.Said kept = new Memory.Said(Words.content(said(lines)), new float[0], lines);
        return new Memory(id, text, time, Optional.empty(), RelativeDates.dayIn(text), evidence, Optional.empty(), Optional.empty(), new float[0],
                Optional.of(kept).filter(said -> !said.lines().isEmpty()));
    }

    private static String said(List<String> lines) {
        return String.join("\n", lines);
    }

    /** The same memories with their vectors. */
    static List<Memory> embedded(List<Memory> bare, TextEmbedder embedder) {
        List<String> texts = new ArrayList<>(bare.stream().map(Memory::text).toList());
        bare.forEach(memory -> memory.said().ifPresent(said -> texts.add(said(said.lines()))));
        List<float[]> vectors = texts.isEmpty() ? List.of() : embedder.embed(texts);
        List<Memory> memories = new ArrayList<>();
        int nextSaid = bare.size();
        for (int i = 0; i < bare.size(); i++) {
            Memory one = bare.get(i);
            Optional<Memory.Said> said = Optional.empty();
            if (one.said().isPresent()) {
                said = Optional.of(new Memory.Said(one.said().get().words(), vectors.get(nextSaid++), one.said().get().lines()));
            }
            memories.add(new Memory(one.id(), one.text(), one.validFrom(), one.validTo(), one.occurredOn(), one.sourceEventIds(),
                    one.supersedes(), one.supersededBy(), vectors.get(i), said));
        }
        return memories;
    }

    /** In the conversation's order. */
    List<Memory> memories() {
        return memories;
    }

    /** Observations that rest on the turn; may be empty. */
    List<Memory> of(String turnId) {
        return byTurn.getOrDefault(turnId, List.of());
    }

    /** The turn itself as a memory, as plain retrieval over turns knows it. */
    Optional<Memory> turn(String turnId) {
        return Optional.ofNullable(turns().get(turnId));
    }

    /** All observations and the memories given. */
    InMemoryBank bankWith(List<Memory> more) {
        InMemoryBank bank = new InMemoryBank(conversation.id());
        memories.forEach(bank::put);
        more.forEach(bank::put);
        return bank;
    }
}
