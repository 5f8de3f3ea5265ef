package org.memlora.topology.update;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageUsage;
import org.memlora.operators.memory.MemoryBank;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.topology.flow.BankItem;
import org.memlora.topology.flow.BankItem.QuestionItem;
import org.memlora.topology.flow.QuestionBatch.PreparedQuestion;
import org.memlora.topology.flow.StageCalls;
import org.memlora.topology.monitoring.PipelineMetrics;

/**
 * Gives questions the memories of their bank. The questions of a micro-batch are embedded in one call; the search comes
 * later, at each question's place in its bank's order. Threading: confined to one processor.
 */
public final class QuestionMemories {

    private final MemoryRetriever retriever;
    private final int limit;
    private final StageCalls calls;
    private final PipelineMetrics metrics;
    private final Map<QuestionItem, Query> queries = new HashMap<>();

    /** A question's vector, or why there is none. */
    private record Query(float[] vector, RuntimeException failure) { }

    /** {@code limit}: most memories of a question. */
    public QuestionMemories(MemoryRetriever retriever, int limit, StageCalls calls, PipelineMetrics metrics) {
        this.retriever = retriever;
        this.limit = limit;
        this.calls = calls;
        this.metrics = metrics;
    }

    /** Makes ready the questions among the items of a micro-batch; those of earlier ones are forgotten. */
    void embed(List<BankItem> items) {
        queries.clear();
        List<QuestionItem> questions = items.stream().filter(QuestionItem.class::isInstance).map(QuestionItem.class::cast).toList();
        List<Query> made = calls.call(questions,
                some -> retriever.vectors(some.stream().map(QuestionItem::text).toList()).stream()
                        .map(vector -> new Query(vector, null)).toList(),
                (question, e) -> new Query(null, e));
        for (int i = 0; i < questions.size(); i++) {
            queries.put(questions.get(i), made.get(i));
        }
    }

    /** The question with what its bank remembers by now, best first. */
    PreparedQuestion prepare(QuestionItem question, MemoryBank bank, Map<Stage, StageUsage> usage) {
        Query query = queries.get(question);
        if (query.failure != null) {
            return failed(question, usage, query.failure);
        }
        return calls.call(List.of(question), one -> {
            List<ScoredMemory> memories = metrics.retrieval(
                    () -> retriever.retrieve(bank, question.text(), query.vector, limit, true));
            return List.of(new PreparedQuestion(question, memories, usage, Optional.empty()));
        }, (one, e) -> failed(question, usage, e)).get(0);
    }

    private static PreparedQuestion failed(QuestionItem question, Map<Stage, StageUsage> usage, RuntimeException e) {
        return new PreparedQuestion(question, List.of(), usage, Optional.of(new StageFailure(
                Stage.GENERATION, StageCalls.reason(e), "", List.of(question.eventId()))));
    }
}
