package org.memlora.topology.faults;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Forget;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;

/** Endless dialogues in several banks, by a seed; each text holds its bank's own word. */
final class Script {

    private static final Instant START = Instant.parse("2025-03-01T10:00:00Z");
    private static final String[] VERBS = {"bought", "lost", "painted", "sold"};
    private static final String[] THINGS = {"lantern", "bicycle", "teapot", "carpet", "violin"};
    private static final String[] PLACES = {"oslo", "rome", "lund"};

    private final Random random;
    private final int banks;
    private final int[] counts;

    Script(long seed, int banks) {
        this.random = new Random(seed);
        this.banks = banks;
        this.counts = new int[banks];
    }

    static String bank(int number) {
        return "bank-" + number;
    }

    /** Each bank's own word. */
    Map<String, String> words() {
        Map<String, String> words = new TreeMap<>();
        IntStream.range(0, banks).forEach(bank -> words.put(bank(bank), word(bank)));
        return words;
    }

    static String word(int bank) {
        return "bank" + bank + "word";
    }

    /** Mostly a turn, sometimes a question, rarely an event that was sent before, very rarely a Forget. */
    ConversationEvent next() {
        int bank = random.nextInt(banks);
        int kind = random.nextInt(200);
        if (kind == 0) {
            return event(bank, "f" + counts[bank]++, new Forget("scripted"));
        }
        if (kind < 4 && counts[bank] > 0) {
            return event(bank, "t" + random.nextInt(counts[bank]), turn(bank, "again", false));
        }
        if (kind < 20) {
            return question(bank);
        }
        return turn(bank);
    }

    ConversationEvent turn(int bank) {
        String text = VERBS[random.nextInt(VERBS.length)] + " a " + THINGS[random.nextInt(THINGS.length)] + " in "
                + PLACES[random.nextInt(PLACES.length)] + " number" + counts[bank] % 3;
        return event(bank, "t" + counts[bank]++, turn(bank, text, random.nextInt(5) == 0));
    }

    ConversationEvent question(int bank) {
        return event(bank, "q" + counts[bank]++, new Question("Who bought a " + THINGS[random.nextInt(THINGS.length)] + "?", null));
    }

    /** One question per bank: when all are answered, all is done. */
    List<ConversationEvent> closing() {
        List<ConversationEvent> events = new ArrayList<>();
        for (int bank = 0; bank < banks; bank++) {
            events.add(question(bank));
        }
        return events;
    }

    /** A turn that stands alone, with this text and the bank's word. */
    ConversationEvent saying(int bank, String text) {
        return event(bank, "t" + counts[bank]++, turn(bank, text, true));
    }

    private Turn turn(int bank, String text, boolean endsExchange) {
        return new Turn(random.nextBoolean() ? "Ann" : "Ben", text + " with " + word(bank), null, endsExchange);
    }

    private ConversationEvent event(int bank, String id, Object body) {
        return new ConversationEvent(id, bank(bank), START.plusSeconds(counts[bank]), body);
    }
}
