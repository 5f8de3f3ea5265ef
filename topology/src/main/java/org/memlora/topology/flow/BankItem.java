package org.memlora.topology.flow;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.memlora.operators.Stage;
import org.memlora.operators.StageUsage;
import org.memlora.operators.extraction.Exchange;
import org.memlora.operators.extraction.Fact;

/**
 * One step of a bank, in the order of the log. {@code timestamp}: that of the source record, and of all records made from
 * it; {@code events}: values of the source records, for dead letters.
 */
public sealed interface BankItem {

    String bankId();

    long timestamp();

    /**
     * Turns to extract facts from.
     *
     * @param pictures by event id, those that nobody has looked at yet
     * @param vision model work on its pictures
     * @param events one per turn
     */
    record ExchangeItem(Exchange exchange, Map<String, PictureSource> pictures, StageUsage vision, List<byte[]> events, long timestamp)
            implements BankItem {
        public ExchangeItem {
            pictures = Map.copyOf(pictures);
        }

        @Override
        public String bankId() {
            return exchange.bankId();
        }

        /** Work on pictures; empty where there were none. */
        public Map<Stage, StageUsage> visionUsage() {
            return vision.calls() == 0 ? Map.of() : Map.of(Stage.VISION, vision);
        }

        public List<String> eventIds() {
            return exchange.turns().stream().map(turn -> turn.eventId()).toList();
        }
    }

    /**
     * What extraction made of an exchange.
     *
     * @param usage model work on it, by stages that were to work on it
     */
    record FactsItem(String bankId, List<Fact> facts, Map<Stage, StageUsage> usage, List<byte[]> events, long timestamp) implements BankItem {
        public FactsItem {
            facts = List.copyOf(facts);
            usage = Map.copyOf(usage);
        }
    }

    /** {@code picture}: what it asks about. */
    record QuestionItem(String bankId, String eventId, String text, Optional<PictureSource> picture, Instant time, List<byte[]> events,
            long timestamp) implements BankItem { }

    record ForgetItem(String bankId, String eventId, Instant time, long timestamp) implements BankItem { }
}
