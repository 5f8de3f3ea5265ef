package org.memlora.evaluation.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.memlora.evaluation.questions.EvaluatedConversation;
import org.memlora.evaluation.questions.EvaluatedQuestion;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.operators.generation.QuestionContext;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Turn;

/** An answerable question with its gold evidence among other turns of the conversation as memories. */
record GoldEvidence(QuestionContext context, String answer) {

    private static final int MEMORIES = 8;

    /** {@code count} questions of all files together, drawn with the seed. */
    static List<GoldEvidence> draw(List<Path> files, int count, long seed) {
        Random random = new Random(seed);
        List<GoldEvidence> all = new ArrayList<>();
        for (EvaluatedConversation conversation : EvaluationData.read(files, Integer.MAX_VALUE, Integer.MAX_VALUE).conversations()) {
            List<Memory> turns = conversation.events().stream().filter(event -> event.getBody() instanceof Turn).map(GoldEvidence::memory).toList();
            for (EvaluatedQuestion question : conversation.questions()) {
                List<Memory> evidence = turns.stream().filter(turn -> question.evidence().contains(turn.id())).toList();
                if (question.gold().isPresent() && !evidence.isEmpty()) {
                    all.add(new GoldEvidence(new QuestionContext(question.bankId(), question.eventId(), question.text(), question.time(),
                            mixed(evidence, turns, random)), question.gold().get()));
                }
            }
        }
        Collections.shuffle(all, random);
        return List.copyOf(all.subList(0, Math.min(count, all.size())));
    }

    private static Memory memory(ConversationEvent event) {
        Turn turn = (Turn) event.getBody();
        return new Memory(event.getEventId(), turn.getSpeaker() + ": " + turn.getText(), event.getTime(), Optional.empty(), Optional.empty(),
                List.of(event.getEventId()), Optional.empty(), Optional.empty(), new float[0]);
    }

    private static List<ScoredMemory> mixed(List<Memory> evidence, List<Memory> turns, Random random) {
        Set<Memory> chosen = new HashSet<>(evidence);
        List<Memory> memories = new ArrayList<>(evidence);
        while (memories.size() < MEMORIES && chosen.size() < turns.size()) {
            Memory other = turns.get(random.nextInt(turns.size()));
            if (chosen.add(other)) {
                memories.add(other);
            }
        }
        Collections.shuffle(memories, random);
        return memories.stream().map(memory -> new ScoredMemory(memory, 1)).toList();
    }
}
