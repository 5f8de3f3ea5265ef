package org.memlora.distillation.examples;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.memlora.distillation.locomo.LocomoConversation;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;
import org.memlora.operators.extraction.ExtractionPrompt;

/**
 * Exchanges with the facts a large model observed in them. Where a question rests on a turn without observations, the large model missed
 * something: the turn's own sentence is the fact ({@link SaidFact}). An exchange without any of both is an example of NONE.
 * Beside them, exchanges of our own wording ({@link StatedFacts}).
 */
public final class ExtractionExamples {
    private final OutputFilter filter;
    private final Settings settings;
    private final SplittableRandom random;
    private final StatedFacts own;

    /**
     * How many examples of which kind.
     *
     * @param noneShare share of the exchanges without facts that is kept: dialogues are full of them, and NONE is soon learnt
     * @param severalFacts times that an exchange with more than one fact is taken: an expert that sees them rarely stops after the first
     * @param own exchanges of our own wording per conversation
     */
    public record Settings(double noneShare, int severalFacts, int own) { }

    public ExtractionExamples(OutputFilter filter, Settings settings, long seed) {
        this.filter = filter;
        this.settings = settings;
        this.random = new SplittableRandom(seed);
        this.own = new StatedFacts(filter, random.split());
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
                    TrainingExample example = example(conversation, exchange, ExtractionPrompt.output(facts), ids, "facts");
                    examples.addAll(Collections.nCopies(facts.size() > 1 ? settings.severalFacts : 1, example));
                } else if (ids.stream().noneMatch(id -> byTurn.containsKey(id) || asked.containsKey(id)) && random.nextDouble() < settings.noneShare) {
                    examples.add(example(conversation, exchange, ExtractionPrompt.NONE, ids, "none"));
                }
            }
        }
        examples.addAll(own.examples(conversation.id(), conversation.sessions().stream().map(session -> session.turns().get(0).time()).toList(), settings.own));
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
