package org.memlora.evaluation.questions;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;
import org.memlora.topology.demo.Dialogue;
import org.memlora.topology.demo.DialogueFileException;
import org.memlora.topology.demo.DialogueReader;
import org.memlora.topology.demo.ScriptedEvent;

/** The conversations of an evaluation. */
public record EvaluationData(List<EvaluatedConversation> conversations) {

    public EvaluationData {
        conversations = List.copyOf(conversations);
    }

    /**
     * @param turns most turns of a conversation; questions whose evidence stands behind them are left out, and those without evidence that stand
     *     there themselves
     * @param questions most questions of a conversation, taken evenly from all of them
     * @throws DialogueFileException if a file can't be read, a bank stands in two files, no question has a known answer, or all of them stand
     *     behind the most turns
     */
    public static EvaluationData read(List<Path> files, int turns, int questions) {
        List<EvaluatedConversation> conversations = new ArrayList<>();
        Set<String> banks = new HashSet<>();
        boolean hasAnswers = false;
        for (Path file : files) {
            Map<String, List<EvaluatedConversation.Observation>> observations = ObservationReader.read(file);
            for (Map.Entry<String, List<ScriptedEvent>> bank : perBank(DialogueReader.readWhole(file)).entrySet()) {
                if (!banks.add(bank.getKey())) {
                    throw new DialogueFileException("The bank " + bank.getKey() + " stands in two of the files: give each conversation once.", null);
                }
                hasAnswers |= bank.getValue().stream().anyMatch(EvaluationData::hasKnownAnswer);
                conversations.add(conversation(bank.getKey(), bank.getValue(), Optional.ofNullable(observations.get(bank.getKey())), turns, questions));
            }
        }
        EvaluationData data = new EvaluationData(conversations);
        if (data.questions().isEmpty() && hasAnswers) {
            throw new DialogueFileException("No question of the data rests on the first turns of its conversation, " + turns + " at most: let --limit-turns"
                    + " be more. A question counts if its evidence stands among them, or, without evidence, it does itself.", null);
        }
        if (data.questions().isEmpty()) {
            throw new DialogueFileException("No question of the data has a known answer: give LoCoMo files, or JSON lines with \"gold\".", null);
        }
        return data;
    }

    public List<EvaluatedQuestion> questions() {
        return conversations.stream().flatMap(conversation -> conversation.questions().stream()).toList();
    }

    public long turns() {
        return conversations.stream().flatMap(conversation -> conversation.events().stream()).filter(event -> event.getBody() instanceof Turn).count();
    }

    /** To stream: the conversations side by side, one event of each in turn, then all questions. */
    public Dialogue dialogue() {
        List<ScriptedEvent> events = new ArrayList<>();
        int longest = conversations.stream().mapToInt(conversation -> conversation.events().size()).max().orElse(0);
        for (int place = 0; place < longest; place++) {
            for (EvaluatedConversation conversation : conversations) {
                if (place < conversation.events().size()) {
                    events.add(new ScriptedEvent(conversation.events().get(place), Optional.empty()));
                }
            }
        }
        questions().forEach(question -> events.add(new ScriptedEvent(event(question), question.gold())));
        return new Dialogue(events, false).closed();
    }

    private static ConversationEvent event(EvaluatedQuestion question) {
        ConversationEvent event = new ConversationEvent();
        event.setEventId(question.eventId());
        event.setBankId(question.bankId());
        event.setTime(question.time());
        event.setBody(new Question(question.text(), null));
        return event;
    }

    private static Map<String, List<ScriptedEvent>> perBank(Dialogue dialogue) {
        Map<String, List<ScriptedEvent>> perBank = new LinkedHashMap<>();
        dialogue.events().forEach(event -> perBank.computeIfAbsent(event.event().getBankId(), bank -> new ArrayList<>()).add(event));
        return perBank;
    }

    private static boolean hasKnownAnswer(ScriptedEvent event) {
        return event.isQuestion() && (event.gold().isPresent() || event.isAdversarial());
    }

    private static EvaluatedConversation conversation(String bankId, List<ScriptedEvent> events,
            Optional<List<EvaluatedConversation.Observation>> observations, int mostTurns, int mostQuestions) {
        List<ConversationEvent> kept = new ArrayList<>();
        List<ScriptedEvent> asked = new ArrayList<>();
        Set<String> turnIds = new HashSet<>();
        int turns = 0;   // an id may come twice
        Instant last = Instant.EPOCH;
        for (ScriptedEvent scripted : events) {
            ConversationEvent event = scripted.event();
            boolean isTurn = event.getBody() instanceof Turn;
            turns += isTurn ? 1 : 0;
            if (scripted.isQuestion()) {
                if (turns <= mostTurns || !scripted.evidence().isEmpty()) {
                    asked.add(scripted);
                }
            } else if (!isTurn || turns <= mostTurns) {
                kept.add(event);
                if (isTurn) {
                    turnIds.add(event.getEventId());
                    last = event.getTime() == null ? last : event.getTime();
                }
            }
        }
        Instant end = last;
        boolean whole = turns <= mostTurns;
        List<EvaluatedQuestion> questions = asked.stream().filter(EvaluationData::hasKnownAnswer)
                .filter(question -> whole || turnIds.containsAll(question.evidence()))
                .map(question -> question(bankId, question, end)).toList();
        Set<String> evidence = new HashSet<>();
        asked.forEach(question -> evidence.addAll(question.evidence()));
        return new EvaluatedConversation(bankId, kept, evenly(questions, mostQuestions), evidence, observations.map(all -> all.stream()
                .filter(observation -> turnIds.containsAll(observation.turnIds())).toList()));
    }

    private static EvaluatedQuestion question(String bankId, ScriptedEvent scripted, Instant otherwise) {
        ConversationEvent event = scripted.event();
        Instant time = event.getTime() == null || event.getTime().isBefore(otherwise) ? otherwise : event.getTime();
        return new EvaluatedQuestion(bankId, event.getEventId(), ((Question) event.getBody()).getText(), time, scripted.gold(),
                scripted.category().orElse(0), scripted.evidence());
    }

    static <T> List<T> evenly(List<T> all, int most) {
        if (all.size() <= most) {
            return all;
        }
        List<T> some = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            some.add(all.get((int) ((long) i * all.size() / most)));
        }
        return some;
    }
}
