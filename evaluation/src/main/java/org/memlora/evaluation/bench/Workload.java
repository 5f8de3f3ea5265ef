package org.memlora.evaluation.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;
import org.memlora.topology.demo.Dialogue;
import org.memlora.topology.demo.ScriptedEvent;

/**
 * Conversations as the stages read them, multiplied over many banks. A copy has other speakers, so that no cache of
 * prompts or embeddings makes a copy cheaper than its original. Banks whose pictures must be looked at are left out.
 */
final class Workload {

    /** @param questions asked once exchanges are remembered */
    record Bank(String id, List<Exchange> exchanges, List<BankQuestion> questions) {

        /** What {@link MemorySystem#fill} makes memories of. */
        List<DialogueTurn> fillingTurns() {
            return exchanges.stream().limit(FILLED_EXCHANGES).flatMap(exchange -> exchange.turns().stream()).toList();
        }
    }

    static String line(DialogueTurn turn) {
        return turn.speaker() + ": " + turn.text();
    }

    record BankQuestion(String eventId, String text, Instant time) { }

    private static final int FILLED_EXCHANGES = 10;
    private static final Duration MOST_GAP = Duration.ofHours(1);
    private static final List<String> NAMES = List.of(("Ada Abe Bea Bram Cleo Carl Dora Dirk Edda Emil Fay Finn Gina Gus Hope Hugo Ida Ivo Jana Jon "
            + "Kaya Kurt Lena Leo Mona Max Nora Nils Olga Owen Pia Paul Quinn Rosa Rolf Sina Sam Tess Tom Uma Udo Vera Vito Wanda Walt Xenia "
            + "Yara Yan Zoe Zeno Alma Axel Britt Boris Cora Cem Dina Dan Elin Eli Fria Fred Greta Gil").split(" "));

    private Workload() { }

    /** The banks of the dialogues, again and again with other speakers, until there are {@code count}. */
    static List<Bank> banks(List<Dialogue> dialogues, int count) {
        List<Bank> originals = dialogues.stream().flatMap(dialogue -> originals(dialogue).stream())
                .filter(bank -> !bank.exchanges().isEmpty()).toList();
        if (originals.isEmpty()) {
            throw new IllegalArgumentException("The data have no turns: give a file with a conversation.");
        }
        List<Bank> banks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Bank original = originals.get(i % originals.size());
            banks.add(i < originals.size() ? original : copy(original, i));
        }
        return banks;
    }

    private static List<Bank> originals(Dialogue dialogue) {
        Map<String, List<ConversationEvent>> perBank = new LinkedHashMap<>();
        for (ScriptedEvent scripted : dialogue.events()) {
            perBank.computeIfAbsent(scripted.event().getBankId(), id -> new ArrayList<>()).add(scripted.event());
        }
        return perBank.entrySet().stream().filter(entry -> entry.getValue().stream().noneMatch(Workload::needsEyes))
                .map(entry -> original(entry.getKey(), entry.getValue())).toList();
    }

    /** The stages that are measured read text: a picture counts by its caption. */
    private static boolean needsEyes(ConversationEvent event) {
        return event.getBody() instanceof Turn turn && turn.getPicture() != null && turn.getPicture().getCaption() == null
                || event.getBody() instanceof Question question && question.getPicture() != null;
    }

    /** Pairs turns as the inbox does. */
    private static Bank original(String id, List<ConversationEvent> events) {
        List<Exchange> exchanges = new ArrayList<>();
        List<BankQuestion> questions = new ArrayList<>();
        List<DialogueTurn> open = new ArrayList<>();
        for (ConversationEvent event : events) {
            if (event.getBody() instanceof Turn turn) {
                if (!open.isEmpty() && Duration.between(open.get(0).time(), event.getTime()).abs().compareTo(MOST_GAP) > 0) {
                    close(id, open, exchanges);
                }
                open.add(new DialogueTurn(event.getEventId(), turn.getSpeaker(), turn.getText(), event.getTime(),
                        Optional.ofNullable(turn.getPicture()).map(picture -> picture.getCaption())));
                if (open.size() == 2 || turn.getEndsExchange()) {
                    close(id, open, exchanges);
                }
            } else {
                close(id, open, exchanges);
                if (event.getBody() instanceof Question question) {
                    questions.add(new BankQuestion(event.getEventId(), question.getText(),
                            Optional.ofNullable(event.getTime()).orElse(Instant.EPOCH)));
                }
            }
        }
        close(id, open, exchanges);
        return new Bank(id, List.copyOf(exchanges), List.copyOf(questions));
    }

    private static void close(String id, List<DialogueTurn> open, List<Exchange> exchanges) {
        if (!open.isEmpty()) {
            exchanges.add(new Exchange(id, open));
            open.clear();
        }
    }

    private static Bank copy(Bank original, int number) {
        Map<String, String> names = new LinkedHashMap<>();
        for (String speaker : speakers(original)) {
            names.put(speaker, NAMES.get((2 * number + names.size()) % NAMES.size()));
        }
        Pattern pattern = Pattern.compile("\\b(" + String.join("|", names.keySet().stream().map(Pattern::quote).toList()) + ")\\b");
        String id = original.id() + "-" + number;
        return new Bank(id,
                original.exchanges().stream().map(exchange -> new Exchange(id, exchange.turns().stream().map(turn -> new DialogueTurn(
                        turn.eventId(), renamed(turn.speaker(), pattern, names), renamed(turn.text(), pattern, names), turn.time(),
                        turn.pictureDescription())).toList())).toList(),
                original.questions().stream().map(question -> new BankQuestion(question.eventId(),
                        renamed(question.text(), pattern, names), question.time())).toList());
    }

    private static Set<String> speakers(Bank bank) {
        Set<String> speakers = new LinkedHashSet<>();
        bank.exchanges().forEach(exchange -> exchange.turns().forEach(turn -> speakers.add(turn.speaker())));
        return speakers;
    }

    private static String renamed(String text, Pattern pattern, Map<String, String> names) {
        return pattern.matcher(text).replaceAll(match -> Matcher.quoteReplacement(names.get(match.group())));
    }
}
