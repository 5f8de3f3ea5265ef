package org.memlora.evaluation.rows;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.memlora.evaluation.questions.EvaluatedConversation;
import org.memlora.evaluation.questions.EvaluatedQuestion;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.extraction.RelativeDates;
import org.memlora.operators.memory.InMemoryBank;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Turn;

/**
 * Raw turns in the place of memories: "Speaker: text", pictures by their captions, dates made absolute as extraction
 * makes them. Retrieval is the pipeline's own.
 */
final class TurnMemories {

    static final int MEMORIES = 10;

    private final Map<String, List<Memory>> turns = new HashMap<>();
    private final Map<String, InMemoryBank> banks = new HashMap<>();
    private final MemoryRetriever retriever;

    TurnMemories(EvaluationData data, TextEmbedder embedder) {
        retriever = new MemoryRetriever(embedder);
        for (EvaluatedConversation conversation : data.conversations()) {
            List<Memory> memories = memories(conversation, embedder);
            turns.put(conversation.bankId(), memories);
            InMemoryBank bank = new InMemoryBank(conversation.bankId());
            memories.forEach(bank::put);
            banks.put(conversation.bankId(), bank);
        }
    }

    /** The latest turns, oldest first. */
    List<ScoredMemory> last(EvaluatedQuestion question) {
        List<Memory> all = turns.get(question.bankId());
        return scored(all.subList(Math.max(0, all.size() - MEMORIES), all.size()));
    }

    List<ScoredMemory> nearest(EvaluatedQuestion question) {
        return retriever.retrieve(banks.get(question.bankId()), question.text(), MEMORIES);
    }

    List<ScoredMemory> evidence(EvaluatedQuestion question) {
        return scored(turns.get(question.bankId()).stream().filter(turn -> question.evidence().contains(turn.id())).toList());
    }

    private static List<ScoredMemory> scored(List<Memory> memories) {
        return memories.stream().map(memory -> new ScoredMemory(memory, 1)).toList();
    }

    private static List<Memory> memories(EvaluatedConversation conversation, TextEmbedder embedder) {
        List<ConversationEvent> said = conversation.events().stream().filter(event -> event.getBody() instanceof Turn).toList();
        List<String> texts = said.stream().map(TurnMemories::text).toList();
        List<float[]> vectors = embedder.embed(texts);
        List<Memory> memories = new ArrayList<>();
        for (int i = 0; i < said.size(); i++) {
            memories.add(new Memory(said.get(i).getEventId(), texts.get(i), said.get(i).getTime(), Optional.empty(), Optional.empty(),
                    List.of(said.get(i).getEventId()), Optional.empty(), Optional.empty(), vectors.get(i)));
        }
        return memories;
    }

    private static String text(ConversationEvent event) {
        Turn turn = (Turn) event.getBody();
        String picture = turn.getPicture() == null || turn.getPicture().getCaption() == null ? "" : " [shares a picture: " + turn.getPicture().getCaption() + "]";
        return turn.getSpeaker() + ": " + RelativeDates.resolve(turn.getText(), event.getTime().atZone(ZoneOffset.UTC).toLocalDate()) + picture;
    }
}
