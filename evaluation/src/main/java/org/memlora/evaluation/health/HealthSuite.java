package org.memlora.evaluation.health;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.memlora.operators.memory.Words;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.Turn;
import org.memlora.topology.client.BankView;
import org.memlora.topology.demo.Dialogue;
import org.memlora.topology.demo.ScriptedEvent;

/**
 * Small dialogues of our own whose right memory is known: five facts in three wordings each, contradictions, and pairs
 * of facts that look alike but don't contradict each other. Each dialogue is a bank. A memory is recognised by words.
 */
public final class HealthSuite {

    private static final String WORDINGS = "health-wordings";
    private static final String PREFIX = "health-";
    private static final Instant START = Instant.parse("2025-03-01T10:00:00Z");
    private static final Duration BETWEEN = Duration.ofDays(1);

    /**
     * @param newest words of the memory that has to stand at the end
     * @param outdated words of the memory that has to be closed; empty = none
     * @param spared words of a memory that has to stay; empty = none
     * @param once the bank holds one memory at the end
     */
    record Case(String name, List<String> turns, List<String> newest, List<String> outdated, List<String> spared, boolean once) {
        Case {
            outdated = outdated == null ? List.of() : outdated;
            spared = spared == null ? List.of() : spared;
        }
    }

    record Suite(List<List<String>> wordings, List<Case> cases) { }

    private final Suite suite;

    private HealthSuite(Suite suite) {
        this.suite = suite;
    }

    public static HealthSuite load() {
        try (InputStream in = HealthSuite.class.getResourceAsStream("/health/suite.json")) {
            return new HealthSuite(new ObjectMapper().readValue(in, Suite.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** To stream. */
    public Dialogue dialogue() {
        List<ScriptedEvent> events = new ArrayList<>();
        events.addAll(bank(WORDINGS, suite.wordings.stream().flatMap(List::stream).toList()));
        suite.cases.forEach(one -> events.addAll(bank(PREFIX + one.name, one.turns)));
        return new Dialogue(events, false).closed();
    }

    /** Each turn is an exchange of its own, with a friend who says nothing of note. */
    private static List<ScriptedEvent> bank(String bankId, List<String> texts) {
        List<ScriptedEvent> events = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Instant time = START.plus(BETWEEN.multipliedBy(i));
            events.add(turn(bankId, "t" + i, time, "Mara", texts.get(i)));
            events.add(turn(bankId, "r" + i, time.plusSeconds(20), "Theo", "Oh, I see."));
        }
        return events;
    }

    private static ScriptedEvent turn(String bankId, String id, Instant time, String speaker, String text) {
        ConversationEvent event = new ConversationEvent();
        event.setEventId(id);
        event.setBankId(bankId);
        event.setTime(time);
        event.setBody(new Turn(speaker, text, null, id.startsWith("r")));
        return new ScriptedEvent(event, Optional.empty());
    }

    /**
     * @param wordingsStored memories at the end; 5 is right
     * @param newestKept share of cases whose newest fact stands
     * @param outdatedClosed share of the outdated memories stored that no longer stand; null = none was stored
     * @param wrongDeletes share of the memories to be spared, among those stored, that were closed; null = none was stored
     * @param sameFactStored memories of the case that says one fact twice; 1 is right
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Result(int wordingsStored, int wordingsFacts, double newestKept, Double outdatedClosed, int outdatedStored,
            Double wrongDeletes, int sparedStored, int sameFactStored) { }

    /** @param operations of the suite's banks, in the order of each bank */
    public Result score(List<MemoryOperation> operations) {
        Map<String, BankView> banks = new HashMap<>();
        operations.forEach(operation -> banks.computeIfAbsent(operation.getBankId(), id -> new BankView()).apply(operation));
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Case one : suite.cases) {
            BankView bank = banks.getOrDefault(PREFIX + one.name, new BankView());
            count(counts, "newest", stands(bank.valid(), one.newest));
            if (!one.outdated.isEmpty() && stands(without(bank.all(), one.newest), one.outdated)) {
                count(counts, "outdated", !stands(without(bank.valid(), one.newest), one.outdated));
            }
            if (!one.spared.isEmpty() && stands(bank.all(), one.spared)) {
                count(counts, "spared", !stands(bank.valid(), one.spared));
            }
            if (one.once) {
                counts.put("once", bank.valid().size());
            }
        }
        return new Result(banks.getOrDefault(WORDINGS, new BankView()).valid().size(), suite.wordings.get(0).size(),
                share(counts, "newest"), share(counts, "outdated"), counts.getOrDefault("outdated", 0), share(counts, "spared"),
                counts.getOrDefault("spared", 0), counts.getOrDefault("once", 0));
    }

    private static void count(Map<String, Integer> counts, String what, boolean holds) {
        counts.merge(what, 1, Integer::sum);
        counts.merge(what + " holds", holds ? 1 : 0, Integer::sum);
    }

    private static Double share(Map<String, Integer> counts, String what) {
        return counts.containsKey(what) ? (double) counts.get(what + " holds") / counts.get(what) : null;
    }

    /** "I no longer love olives" tells the newest fact, not the outdated one. */
    private static List<BankView.Entry> without(List<BankView.Entry> entries, List<String> newest) {
        return entries.stream().filter(entry -> !stands(List.of(entry), newest)).toList();
    }

    private static boolean stands(List<BankView.Entry> entries, List<String> words) {
        Set<String> wanted = Words.content(String.join(" ", words));
        return entries.stream().anyMatch(entry -> Words.content(entry.text()).containsAll(wanted));
    }
}
