package org.memlora.topology.vision;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageUsage;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;
import org.memlora.operators.memory.PictureLink;
import org.memlora.operators.vision.PictureDescription;
import org.memlora.operators.vision.ShownPicture;
import org.memlora.operators.vision.VisionOperator;
import org.memlora.topology.flow.BankItem;
import org.memlora.topology.flow.BankItem.ExchangeItem;
import org.memlora.topology.flow.BankItem.FactsItem;
import org.memlora.topology.flow.BankItem.ForgetItem;
import org.memlora.topology.flow.DeadLetters;
import org.memlora.topology.flow.MicroBatch;
import org.memlora.topology.flow.Names;
import org.memlora.topology.flow.PictureSource;
import org.memlora.topology.flow.StageCalls;
import org.memlora.topology.monitoring.PipelineMetrics;
import org.memlora.topology.vision.PictureLoader.Loaded;

/**
 * Looks at the pictures of a micro-batch's turns: each is fetched, checked, kept and described, a few at a time, so that memory doesn't grow with
 * the batch. A picture that can't be used is a dead letter; its turn goes on with what else it says. A Forget erases the bank's pictures.
 */
public final class VisionProcessor implements Processor<String, MicroBatch, String, Object> {

    private final Optional<VisionOperator> operator;
    private final PictureLoader loader;
    private final PictureSettings settings;
    private final StageCalls calls;
    private final PipelineMetrics metrics;
    private ProcessorContext<String, Object> context;
    private PictureStore pictures;

    /** A turn with a picture. */
    private record Sight(ExchangeItem item, int turn, PictureSource source) {
        DialogueTurn dialogueTurn() {
            return item.exchange().turns().get(turn);
        }

        String eventId() {
            return dialogueTurn().eventId();
        }
    }

    /** What became of a turn's picture. */
    private record Seen(Optional<PictureLink> link, Optional<String> text, StageUsage usage) {
        static final Seen NOTHING = new Seen(Optional.empty(), Optional.empty(), StageUsage.NONE);
    }

    /** @param operator empty = pictures pass as they are */
    public VisionProcessor(Optional<VisionOperator> operator, PictureLoader loader, PictureSettings settings, StageCalls calls,
            PipelineMetrics metrics) {
        this.operator = operator;
        this.loader = loader;
        this.settings = settings;
        this.calls = calls;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        pictures = new PictureStore(context.<KeyValueStore<Bytes, byte[]>>getStateStore(Names.PICTURES_STORE), settings);
    }

    @Override
    public void process(Record<String, MicroBatch> record) {
        pictures.expire(context.currentStreamTimeMs());
        List<BankItem> items = record.value().items();
        items.stream().filter(ForgetItem.class::isInstance).forEach(forget -> pictures.forget(forget.bankId()));
        context.forward(operator.isEmpty() ? record : record.withValue(new MicroBatch(seen(operator.get(), items))), Names.EXTRACTION);
    }

    private List<BankItem> seen(VisionOperator eyes, List<BankItem> items) {
        List<Sight> sights = items.stream().filter(ExchangeItem.class::isInstance).map(ExchangeItem.class::cast).flatMap(VisionProcessor::sights).toList();
        List<Seen> seen = new ArrayList<>(sights.size());
        for (int from = 0; from < sights.size(); from += PictureLoader.AT_ONCE) {
            seen.addAll(look(eyes, sights.subList(from, Math.min(sights.size(), from + PictureLoader.AT_ONCE))));
        }
        Iterator<Seen> next = seen.iterator();
        List<BankItem> described = new ArrayList<>(items.size());
        for (BankItem item : items) {
            described.add(item instanceof ExchangeItem exchange && !exchange.pictures().isEmpty()
                    ? described(exchange, sights(exchange).collect(Collectors.toMap(Sight::turn, sight -> next.next()))) : item);
        }
        return described;
    }

    private static Stream<Sight> sights(ExchangeItem item) {
        List<Sight> sights = new ArrayList<>();
        for (int turn = 0; turn < item.exchange().turns().size(); turn++) {
            PictureSource source = item.pictures().get(item.exchange().turns().get(turn).eventId());
            if (source != null) {
                sights.add(new Sight(item, turn, source));
            }
        }
        return sights.stream();
    }

    private List<Seen> look(VisionOperator eyes, List<Sight> sights) {
        List<Loaded> loaded = loader.load(sights.stream().map(Sight::source).toList());
        List<Integer> usable = new ArrayList<>();
        List<ShownPicture> files = new ArrayList<>();
        for (int i = 0; i < sights.size(); i++) {
            Sight sight = sights.get(i);
            Loaded picture = loaded.get(i);
            Optional<String> refusal = picture.refusal().or(() -> eyes.refusal(picture.file().orElseThrow()));
            if (refusal.isPresent()) {
                deadLetter(sight, new StageFailure(Stage.VISION, refusal.get(), "", List.of(sight.eventId())));
            } else {
                usable.add(i);
                files.add(new ShownPicture(sight.item.bankId(), sight.eventId(), picture.file().orElseThrow()));
            }
        }
        List<PictureDescription> descriptions = calls.call(files, some -> metrics.stage(Stage.VISION, () -> eyes.describe(some)),
                (file, e) -> new PictureDescription(Optional.empty(), StageUsage.NONE,
                        List.of(new StageFailure(Stage.VISION, StageCalls.reason(e), "", List.of(file.eventId())))));
        List<Seen> seen = new ArrayList<>(Collections.nCopies(sights.size(), Seen.NOTHING));
        for (int i = 0; i < files.size(); i++) {
            seen.set(usable.get(i), keep(sights.get(usable.get(i)), files.get(i).file(), descriptions.get(i)));
        }
        return seen;
    }

    private Seen keep(Sight sight, byte[] file, PictureDescription description) {
        description.failures().forEach(failure -> deadLetter(sight, failure));
        PictureLink link = new PictureLink(PictureHash.of(file), sight.source.uri());
        boolean kept = pictures.keep(sight.item.bankId(), link.hash(), file, context.currentStreamTimeMs());
        return new Seen(Optional.of(link).filter(one -> kept || one.uri().isPresent()), description.text(), description.usage());
    }

    private void deadLetter(Sight sight, StageFailure failure) {
        context.forward(DeadLetters.failed(sight.item.bankId(), failure, sight.dialogueTurn().time(),
                List.of(sight.item.events().get(sight.turn)), sight.item.timestamp()), Names.OUTBOX);
    }

    /** The exchange as extraction reads it. A turn that has nothing left to say is left out. */
    private static BankItem described(ExchangeItem item, Map<Integer, Seen> seen) {
        List<DialogueTurn> turns = new ArrayList<>();
        List<byte[]> events = new ArrayList<>();
        for (int i = 0; i < item.exchange().turns().size(); i++) {
            DialogueTurn turn = described(item.exchange().turns().get(i), seen.getOrDefault(i, Seen.NOTHING));
            if (!turn.text().isBlank() || turn.pictureDescription().isPresent()) {
                turns.add(turn);
                events.add(item.events().get(i));
            }
        }
        StageUsage usage = seen.values().stream().map(Seen::usage).reduce(StageUsage.NONE, StageUsage::plus);
        ExchangeItem looked = new ExchangeItem(turns.isEmpty() ? item.exchange() : new Exchange(item.bankId(), turns), Map.of(), usage, events,
                item.timestamp());
        return turns.isEmpty() ? new FactsItem(item.bankId(), List.of(), looked.visionUsage(), item.events(), item.timestamp()) : looked;
    }

    /** A caption knows names, eyes don't: both stay. */
    private static DialogueTurn described(DialogueTurn turn, Seen seen) {
        Optional<String> description = turn.pictureDescription().isPresent() && seen.text.isPresent()
                ? Optional.of(turn.pictureDescription().get() + "; " + seen.text.get()) : seen.text.or(turn::pictureDescription);
        return new DialogueTurn(turn.eventId(), turn.speaker(), turn.text(), turn.time(), description, seen.link);
    }
}
