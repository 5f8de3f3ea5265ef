package org.memlora.topology.inbox;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.memlora.operators.StageUsage;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;
import org.memlora.topology.flow.BankItem;
import org.memlora.topology.flow.BankItem.ExchangeItem;
import org.memlora.topology.flow.BankItem.ForgetItem;
import org.memlora.topology.flow.BankItem.QuestionItem;
import org.memlora.topology.flow.PictureSource;
import org.memlora.topology.memory.BankKey;

/**
 * Pairs the turns of a bank two by two. What comes out depends on the order of the log alone, never on when an event
 * arrived or where a micro-batch ended: a turn without partner waits in the store {@code conversations} until its
 * partner, a turn after a long gap, a question or a Forget comes.
 */
final class ExchangePairing {

    private final KeyValueStore<Bytes, byte[]> conversations;
    private final Function<StoredEvent, ConversationEvent> reader;
    private final Duration maxGap;
    private final Duration maxLateness;

    /** An event that pairing refuses. */
    record Refusal(StoredEvent stored, ConversationEvent event, String reason) { }

    ExchangePairing(KeyValueStore<Bytes, byte[]> conversations, Function<StoredEvent, ConversationEvent> reader,
            Duration maxGap, Duration maxLateness) {
        this.conversations = conversations;
        this.reader = reader;
        this.maxGap = maxGap;
        this.maxLateness = maxLateness;
    }

    /** The items that the event completes, in order. */
    List<BankItem> next(StoredEvent stored, Consumer<Refusal> refused) {
        ConversationEvent event = reader.apply(stored);
        Bytes key = BankKey.prefix(event.getBankId());
        Optional<Conversation> before = Optional.ofNullable(conversations.get(key)).map(Conversation::read);
        if (event.getBody() instanceof Turn turn) {
            return turn(stored, event, turn, key, before, refused);
        }
        if (event.getBody() instanceof Question question) {
            return question(stored, event, question, key, before);
        }
        conversations.delete(key);
        return List.of(new ForgetItem(event.getBankId(), event.getEventId(), time(stored, event, before), stored.timestamp()));
    }

    private List<BankItem> turn(StoredEvent stored, ConversationEvent event, Turn turn, Bytes key,
            Optional<Conversation> before, Consumer<Refusal> refused) {
        Instant last = before.map(Conversation::lastTurnTime).orElse(event.getTime());
        if (event.getTime().isBefore(last.minus(maxLateness))) {
            refused.accept(new Refusal(stored, event, "LATE_EVENT: said at " + event.getTime() + ", when the bank was at "
                    + last + "; at most " + maxLateness + " is allowed"));
            return List.of();
        }
        List<BankItem> items = new ArrayList<>();
        Optional<StoredEvent> open = before.flatMap(Conversation::openTurn);
        if (open.isPresent() && isFar(reader.apply(open.get()), event)) {
            items.add(exchange(List.of(open.get())));
            open = Optional.empty();
        }
        if (open.isPresent()) {
            items.add(exchange(List.of(open.get(), stored)));
            open = Optional.empty();
        } else if (turn.getEndsExchange()) {
            items.add(exchange(List.of(stored)));
        } else {
            open = Optional.of(stored);
        }
        Instant latest = event.getTime().isAfter(last) ? event.getTime() : last;
        conversations.put(key, new Conversation(latest, open).write());
        return items;
    }

    private List<BankItem> question(StoredEvent stored, ConversationEvent event, Question question, Bytes key,
            Optional<Conversation> before) {
        List<BankItem> items = new ArrayList<>();
        before.flatMap(Conversation::openTurn).ifPresent(open -> {
            items.add(exchange(List.of(open)));
            conversations.put(key, new Conversation(before.get().lastTurnTime(), Optional.empty()).write());
        });
        items.add(new QuestionItem(event.getBankId(), event.getEventId(), question.getText(),
                Optional.ofNullable(question.getPicture()).map(PictureSource::of), time(stored, event, before), List.of(stored.value()), stored.timestamp()));
        return items;
    }

    private boolean isFar(ConversationEvent open, ConversationEvent next) {
        return Duration.between(open.getTime(), next.getTime()).abs().compareTo(maxGap) > 0;
    }

    private ExchangeItem exchange(List<StoredEvent> stored) {
        List<ConversationEvent> events = stored.stream().map(reader).toList();
        Map<String, PictureSource> pictures = new HashMap<>();
        events.forEach(event -> Optional.ofNullable(((Turn) event.getBody()).getPicture())
                .ifPresent(picture -> pictures.put(event.getEventId(), PictureSource.of(picture))));
        return new ExchangeItem(new Exchange(events.get(0).getBankId(), events.stream().map(ExchangePairing::dialogueTurn).toList()), pictures,
                StageUsage.NONE, stored.stream().map(StoredEvent::value).toList(), stored.get(stored.size() - 1).timestamp());
    }

    private static DialogueTurn dialogueTurn(ConversationEvent event) {
        Turn turn = (Turn) event.getBody();
        return new DialogueTurn(event.getEventId(), turn.getSpeaker(), turn.getText(), event.getTime(),
                Optional.ofNullable(turn.getPicture()).map(picture -> picture.getCaption()).filter(caption -> !caption.isBlank()));
    }

    private static Instant time(StoredEvent stored, ConversationEvent event, Optional<Conversation> before) {
        return Optional.ofNullable(event.getTime()).or(() -> before.map(Conversation::lastTurnTime))
                .orElse(Instant.ofEpochMilli(stored.timestamp()));
    }
}
