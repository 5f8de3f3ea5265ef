package org.memlora.topology.update;

import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageUsage;
import org.memlora.operators.extraction.Fact;
import org.memlora.operators.update.BankFacts;
import org.memlora.operators.update.MemoryChange;
import org.memlora.operators.update.UpdateOperator;
import org.memlora.operators.update.UpdateResult;
import org.memlora.schemas.MemoryRecord;
import org.memlora.topology.flow.BankItem;
import org.memlora.topology.flow.BankItem.FactsItem;
import org.memlora.topology.flow.BankItem.ForgetItem;
import org.memlora.topology.flow.BankItem.QuestionItem;
import org.memlora.topology.flow.DeadLetters;
import org.memlora.topology.flow.MicroBatch;
import org.memlora.topology.flow.Names;
import org.memlora.topology.flow.QuestionBatch;
import org.memlora.topology.flow.QuestionBatch.PreparedQuestion;
import org.memlora.topology.flow.StageCalls;
import org.memlora.topology.memory.BankKey;
import org.memlora.topology.memory.IndexCache;
import org.memlora.topology.memory.StoreMemoryBank;
import org.memlora.topology.monitoring.PipelineMetrics;

/**
 * Walks the items of each bank in the bank's order. A round takes, from every bank, the facts up to its next question
 * or Forget, and updates all banks in one operator call; then those questions meet their memories and Forgets erase.
 */
public final class UpdateProcessor implements Processor<String, MicroBatch, String, Object> {

    /** A fact with what its records inherit from the exchange. */
    private record StampedFact(Fact fact, FactsItem exchange) { }

    /** The facts of one bank in one round. */
    private record BankRound(StoreMemoryBank bank, List<StampedFact> facts) {
        BankFacts input() {
            return new BankFacts(bank, facts.stream().map(StampedFact::fact).toList());
        }

        /** The first fact that comes from these events. */
        StampedFact from(List<String> eventIds) {
            return facts.stream().filter(fact -> fact.fact().sourceEventIds().equals(eventIds)).findFirst().orElse(facts.get(0));
        }

        List<BankRound> single() {
            return facts.stream().map(fact -> new BankRound(bank, List.of(fact))).toList();
        }

        UpdateResult failed(RuntimeException e) {
            return new UpdateResult(List.of(), StageUsage.NONE, facts.stream().map(fact -> fact.fact().sourceEventIds()).distinct()
                    .map(eventIds -> new StageFailure(Stage.UPDATE, StageCalls.reason(e), "", eventIds)).toList());
        }
    }

    private final UpdateOperator operator;
    private final QuestionMemories questionMemories;
    private final StageCalls calls;
    private final IndexCache indexCache;
    private final PipelineMetrics metrics;
    private ProcessorContext<String, Object> context;
    private KeyValueStore<Bytes, MemoryRecord> memories;
    private IndexCache.View indexes;

    public UpdateProcessor(UpdateOperator operator, QuestionMemories questionMemories, StageCalls calls, IndexCache indexCache,
            PipelineMetrics metrics) {
        this.metrics = metrics;
        this.operator = operator;
        this.questionMemories = questionMemories;
        this.calls = calls;
        this.indexCache = indexCache;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        memories = context.getStateStore(Names.MEMORIES_STORE);
        indexes = indexCache.open(); // of the store as it was opened now: never of one whose transaction was aborted
    }

    @Override
    public void close() {
        indexes.close();
    }

    @Override
    public void process(Record<String, MicroBatch> record) {
        Map<String, Deque<BankItem>> lanes = record.value().lanes();
        Map<String, Map<Stage, StageUsage>> usages = new HashMap<>();
        List<PreparedQuestion> questions = new ArrayList<>();
        questionMemories.embed(lanes.values().stream().flatMap(Deque::stream).toList());
        while (!lanes.isEmpty()) {
            update(takeFacts(lanes, usages), usages);
            lanes.values().forEach(lane -> questionsAndForgets(lane, usages, questions));
            lanes.values().removeIf(Deque::isEmpty);
        }
        if (!questions.isEmpty()) {
            context.forward(record.withValue(new QuestionBatch(questions)), Names.GENERATION);
        }
    }

    private List<BankRound> takeFacts(Map<String, Deque<BankItem>> lanes, Map<String, Map<Stage, StageUsage>> usages) {
        List<BankRound> round = new ArrayList<>();
        lanes.forEach((bankId, lane) -> {
            List<StampedFact> facts = new ArrayList<>();
            while (lane.peek() instanceof FactsItem item) {
                lane.poll();
                item.facts().forEach(fact -> facts.add(new StampedFact(fact, item)));
                item.usage().forEach((stage, usage) -> addUsage(usages, bankId, stage, usage));
            }
            if (!facts.isEmpty()) {
                round.add(new BankRound(new StoreMemoryBank(bankId, memories, indexes), facts));
            }
        });
        return round;
    }

    private void update(List<BankRound> round, Map<String, Map<Stage, StageUsage>> usages) {
        List<UpdateResult> results = calls.call(round, bank -> bank.bank().discard(), this::update,
                (bank, e) -> bank.facts().size() > 1 ? updateOneByOne(bank) : bank.failed(e));
        for (int i = 0; i < results.size(); i++) {
            apply(round.get(i), results.get(i));
            addUsage(usages, round.get(i).bank().bankId(), Stage.UPDATE, results.get(i).usage());
        }
    }

    private List<UpdateResult> update(List<BankRound> round) {
        return metrics.stage(Stage.UPDATE, () -> operator.update(round.stream().map(BankRound::input).toList()));
    }

    /** The facts of a bank that can't be served together: what one of them lost, the others shall not lose with it. */
    private UpdateResult updateOneByOne(BankRound bank) {
        List<MemoryChange> changes = new ArrayList<>();
        List<StageFailure> failures = new ArrayList<>();
        StageUsage usage = StageUsage.NONE;
        for (UpdateResult result : calls.each(bank.single(), one -> one.bank().discard(), one -> {
            UpdateResult updated = update(List.of(one)).get(0);
            one.bank().save();
            return updated;
        }, BankRound::failed)) {
            changes.addAll(result.changes());
            failures.addAll(result.failures());
            usage = usage.plus(result.usage());
        }
        return new UpdateResult(changes, usage, failures);
    }

    private void apply(BankRound round, UpdateResult result) {
        String bankId = round.bank().bankId();
        round.bank().save();
        for (MemoryChange change : result.changes()) {
            context.forward(new Record<>(bankId, OperationRecords.of(bankId, change),
                    round.from(change.fact().sourceEventIds()).exchange().timestamp()), Names.OUTBOX);
        }
        for (StageFailure failure : result.failures()) {
            StampedFact failed = round.from(failure.eventIds());
            context.forward(DeadLetters.failed(bankId, failure, failed.fact().saidAt(), failed.exchange().events(),
                    failed.exchange().timestamp()), Names.OUTBOX);
        }
    }

    private void questionsAndForgets(
            Deque<BankItem> lane, Map<String, Map<Stage, StageUsage>> usages, List<PreparedQuestion> questions) {
        while (!lane.isEmpty() && !(lane.peek() instanceof FactsItem)) {
            BankItem item = lane.poll();
            if (item instanceof QuestionItem question) {
                Map<Stage, StageUsage> usage = Optional.ofNullable(usages.remove(item.bankId())).orElse(Map.of());
                questions.add(questionMemories.prepare(question, new StoreMemoryBank(item.bankId(), memories, indexes), usage));
            } else if (item instanceof ForgetItem forget) {
                forget(forget);
            } else {
                throw new IllegalStateException("extraction left a " + item.getClass().getSimpleName());
            }
        }
    }

    /** Everything else of the bank is gone by now: the inbox dropped it on the way here. */
    private void forget(ForgetItem forget) {
        BankKey.deleteAll(memories, forget.bankId());
        indexes.drop(forget.bankId());
        context.forward(new Record<>(forget.bankId(), OperationRecords.of(forget), forget.timestamp()), Names.OUTBOX);
    }

    private static void addUsage(Map<String, Map<Stage, StageUsage>> usages, String bankId, Stage stage, StageUsage usage) {
        usages.computeIfAbsent(bankId, bank -> new EnumMap<>(Stage.class)).merge(stage, usage, StageUsage::plus);
    }
}
