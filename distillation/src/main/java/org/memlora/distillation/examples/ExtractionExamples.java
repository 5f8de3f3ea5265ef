package org.memlora.distillation.examples;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.memlora.distillation.locomo.LocomoConversation;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;
import org.memlora.operators.extraction.ExtractionPrompt;

/**
 * Exchanges with the facts a large model observed in them. Where a question rests on a turn without observations, the large model missed
 * something: the turn's own sentence is the fact ({@link SaidFact}). An exchange without any of both is an example of NONE.
 */
public final class ExtractionExamples {
    private final OutputFilter filter;
    private final double noneShare;
    private final SplittableRandom random;

    /** @param noneShare share of the exchanges without facts that is kept: dialogues are full of them, and NONE is soon learnt */
    public ExtractionExamples(OutputFilter filter, double noneShare, long seed) {
        this.filter = filter;
        this.noneShare = noneShare;
        this.random = new SplittableRandom(seed);
    }

    public List<TrainingExample> build(LocomoConversation conversation) {
        Map<String, List<LocomoConversation.Question>> asked = new HashMap<>();
        conversation.questions().stream().filter(question -> question.answer().isPresent()).forEach(question -> question.evidence()
                .forEach(turn -> asked.computeIfAbsent(turn, key -> new ArrayList<>()).add(question)));
        List<TrainingExample> examples = new ArrayList<>();
        for (LocomoConversation.Session session : conversation.sessions()) {
            Map<String, List<LocomoConversation.Observation>> byTurn = byLastTurn(session);
            for (Exchange exchange : session.exchanges(conversation.id())) {
                List<String> ids = exchange.turns().stream().map(DialogueTurn::eventId).toList();
                List<String> facts = facts(exchange, byTurn, asked, conversation.speakers());
                if (!facts.isEmpty()) {
                    String completion = facts.stream().map(fact -> ExtractionPrompt.BULLET + fact).collect(Collectors.joining("\n"));
                    examples.add(example(conversation, exchange, completion, ids, "facts"));
                } else if (ids.stream().noneMatch(id -> byTurn.containsKey(id) || asked.containsKey(id)) && random.nextDouble() < noneShare) {
                    examples.add(example(conversation, exchange, ExtractionPrompt.NONE, ids, "none"));
                }
            }
        }
        return examples;
    }

    /* A fact that rests on several turns can be told from the last of them on. */
    private static Map<String, List<LocomoConversation.Observation>> byLastTurn(LocomoConversation.Session session) {
        Map<String, Integer> positions = new HashMap<>();
        session.turns().forEach(turn -> positions.put(turn.eventId(), positions.size()));
        Map<String, List<LocomoConversation.Observation>> byTurn = new LinkedHashMap<>();
        for (LocomoConversation.Observation observation : session.observations()) {
            observation.evidence().stream().filter(positions::containsKey).max(Comparator.comparing(positions::get))
                    .ifPresent(turn -> byTurn.computeIfAbsent(turn, key -> new ArrayList<>()).add(observation));
        }
        return byTurn;
    }

    private List<String> facts(Exchange exchange, Map<String, List<LocomoConversation.Observation>> byTurn,
            Map<String, List<LocomoConversation.Question>> asked, List<String> speakers) {
        List<String> facts = new ArrayList<>();
        for (DialogueTurn turn : exchange.turns()) {
            if (!byTurn.containsKey(turn.eventId())) {
                String listener = speakers.stream().filter(name -> !name.equals(turn.speaker())).findFirst().orElse("the other");
                asked.getOrDefault(turn.eventId(), List.of()).forEach(question -> SaidFact.of(turn, listener,
                        question.text() + " " + question.answer().orElseThrow(), question.answer().orElseThrow()).ifPresent(facts::add));
            }
            byTurn.getOrDefault(turn.eventId(), List.of()).forEach(observation -> facts.add(FactDates.dated(observation.text(), turn)));
        }
        return filter.facts(exchange, facts);
    }

    private static TrainingExample example(LocomoConversation conversation, Exchange exchange, String completion, List<String> ids, String kind) {
        return new TrainingExample(ExtractionPrompt.messages(exchange, true), completion, ids, conversation.id() + "/" + kind);
    }
}
