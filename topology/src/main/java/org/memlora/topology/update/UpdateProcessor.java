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
import org.memlora.operators.memory.MemoryBank;
import org.memlora.operators.memory.ScoredMemory;
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
import org.memlora.topology.memory.StoreMemoryBank;

/**
 * Walks the items of each bank in the bank's order. A round takes, from every bank, the facts up to its next question
 * or Forget, and updates all banks in one operator call; then those questions meet their memories and Forgets erase.
 */
public final class UpdateProcessor implements Processor<String, MicroBatch, String, Object> {

    /** Finds the memories of a bank that a question needs, best first. */
    @FunctionalInterface
    public interface Retrieval {
        List<ScoredMemory> retrieve(MemoryBank bank, QuestionItem question);
    }

    /** The facts of one bank in one round. */
    private record BankRound(StoreMemoryBank bank, List<Fact> facts, long timestamp) {
        BankFacts input() {
            return new BankFacts(bank, facts);
        }

        List<String> eventIds() {
            return facts.stream().flatMap(fact -> fact.sourceEventIds().stream()).distinct().toList();
        }
    }

    private final UpdateOperator operator;
    private final Retrieval retrieval;
    private final StageCalls calls;
    private ProcessorContext<String, Object> context;
    private KeyValueStore<Bytes, MemoryRecord> memories;

    public UpdateProcessor(UpdateOperator operator, Retrieval retrieval, StageCalls calls) {
        this.operator = operator;
        this.retrieval = retrieval;
        this.calls = calls;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
        memories = context.getStateStore(Names.MEMORIES_STORE);
    }

    @Override
    public void process(Record<String, MicroBatch> record) {
        Map<String, Deque<BankItem>> lanes = record.value().lanes();
        Map<String, Map<Stage, StageUsage>> usages = new HashMap<>();
        List<PreparedQuestion> questions = new ArrayList<>();
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
            List<Fact> facts = new ArrayList<>();
            long timestamp = 0;
            while (lane.peek() instanceof FactsItem item) {
                lane.poll();
                facts.addAll(item.facts());
                timestamp = item.timestamp();
                addUsage(usages, bankId, Stage.EXTRACTION, item.usage());
            }
            if (!facts.isEmpty()) {
                round.add(new BankRound(new StoreMemoryBank(bankId, memories), facts, timestamp));
            }
        });
        return round;
    }

    private void update(List<BankRound> round, Map<String, Map<Stage, StageUsage>> usages) {
        List<UpdateResult> results = calls.call(round, bank -> bank.bank().discard(),
                banks -> operator.update(banks.stream().map(BankRound::input).toList()),
                (bank, e) -> new UpdateResult(List.of(), StageUsage.NONE,
                        List.of(new StageFailure(Stage.UPDATE, StageCalls.reason(e), "", bank.eventIds()))));
        for (int i = 0; i < results.size(); i++) {
            apply(round.get(i), results.get(i));
            addUsage(usages, round.get(i).bank().bankId(), Stage.UPDATE, results.get(i).usage());
        }
    }

    private void apply(BankRound round, UpdateResult result) {
        String bankId = round.bank().bankId();
        round.bank().save();
        for (MemoryChange change : result.changes()) {
            context.forward(new Record<>(bankId, OperationRecords.of(bankId, change), round.timestamp()), Names.OPERATIONS_SINK);
        }
        for (StageFailure failure : result.failures()) {
            context.forward(DeadLetters.failed(bankId, failure, round.facts().get(0).saidAt(), round.timestamp()),
                    Names.DEAD_LETTERS_SINK);
        }
    }

    private void questionsAndForgets(
            Deque<BankItem> lane, Map<String, Map<Stage, StageUsage>> usages, List<PreparedQuestion> questions) {
        while (!lane.isEmpty() && !(lane.peek() instanceof FactsItem)) {
            BankItem item = lane.poll();
            if (item instanceof QuestionItem question) {
                questions.add(prepare(question, Optional.ofNullable(usages.remove(item.bankId())).orElse(Map.of())));
            } else if (item instanceof ForgetItem forget) {
                forget(forget);
            } else {
                throw new IllegalStateException("extraction left a " + item.getClass().getSimpleName());
            }
        }
    }

    private PreparedQuestion prepare(QuestionItem question, Map<Stage, StageUsage> usage) {
        StoreMemoryBank bank = new StoreMemoryBank(question.bankId(), memories);
        return calls.call(List.of(question),
                one -> List.of(new PreparedQuestion(question, retrieval.retrieve(bank, question), usage, Optional.empty())),
                (failed, e) -> new PreparedQuestion(question, List.of(), usage, Optional.of(new StageFailure(
                        Stage.GENERATION, StageCalls.reason(e), "", List.of(question.eventId()))))).get(0);
    }

    /** Everything else of the bank is gone by now: the inbox dropped it on the way here. */
    private void forget(ForgetItem forget) {
        BankKey.deleteAll(memories, forget.bankId());
        context.forward(new Record<>(forget.bankId(), OperationRecords.of(forget), forget.timestamp()), Names.OPERATIONS_SINK);
    }

    private static void addUsage(Map<String, Map<Stage, StageUsage>> usages, String bankId, Stage stage, StageUsage usage) {
        usages.computeIfAbsent(bankId, bank -> new EnumMap<>(Stage.class)).merge(stage, usage, StageUsage::plus);
    }
}
