package org.memlora.topology.extraction;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageUsage;
import org.memlora.operators.extraction.Exchange;
import org.memlora.operators.extraction.ExtractionOperator;
import org.memlora.operators.extraction.ExtractionResult;
import org.memlora.topology.flow.BankItem;
import org.memlora.topology.flow.BankItem.ExchangeItem;
import org.memlora.topology.flow.BankItem.FactsItem;
import org.memlora.topology.flow.DeadLetters;
import org.memlora.topology.flow.MicroBatch;
import org.memlora.topology.flow.Names;
import org.memlora.topology.flow.StageCalls;
import org.memlora.topology.monitoring.PipelineMetrics;

/** Replaces the exchanges of a micro-batch by their facts. */
public final class ExtractionProcessor implements Processor<String, MicroBatch, String, Object> {

    private final ExtractionOperator operator;
    private final StageCalls calls;
    private final PipelineMetrics metrics;
    private ProcessorContext<String, Object> context;

    public ExtractionProcessor(ExtractionOperator operator, StageCalls calls, PipelineMetrics metrics) {
        this.metrics = metrics;
        this.operator = operator;
        this.calls = calls;
    }

    @Override
    public void init(ProcessorContext<String, Object> context) {
        this.context = context;
    }

    @Override
    public void process(Record<String, MicroBatch> record) {
        List<BankItem> items = record.value().items();
        Iterator<ExtractionResult> results = extract(exchanges(items).map(ExchangeItem::exchange).toList()).iterator();
        List<BankItem> extracted = new ArrayList<>(items.size());
        for (BankItem item : items) {
            extracted.add(item instanceof ExchangeItem exchange ? facts(exchange, results.next()) : item);
        }
        context.forward(record.withValue(new MicroBatch(extracted)), Names.UPDATE);
    }

    private List<ExtractionResult> extract(List<Exchange> exchanges) {
        return calls.call(exchanges, some -> metrics.stage(Stage.EXTRACTION, () -> operator.extract(some)), (exchange, e) -> new ExtractionResult(exchange, List.of(),
                StageUsage.NONE, List.of(new StageFailure(Stage.EXTRACTION, StageCalls.reason(e), "",
                        exchange.turns().stream().map(turn -> turn.eventId()).toList()))));
    }

    private FactsItem facts(ExchangeItem item, ExtractionResult result) {
        for (StageFailure failure : result.failures()) {
            context.forward(DeadLetters.failed(item.bankId(), failure, item.exchange().turns().get(0).time(),
                            item.events(), item.timestamp()),
                    Names.OUTBOX);
        }
        Map<Stage, StageUsage> usage = new EnumMap<>(Stage.class);
        usage.putAll(item.visionUsage());
        usage.put(Stage.EXTRACTION, result.usage());
        return new FactsItem(item.bankId(), result.facts(), usage, item.events(), item.timestamp());
    }

    private static Stream<ExchangeItem> exchanges(List<BankItem> items) {
        return items.stream().filter(ExchangeItem.class::isInstance).map(ExchangeItem.class::cast);
    }
}
