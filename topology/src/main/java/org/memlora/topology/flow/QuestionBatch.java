package org.memlora.topology.flow;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageUsage;
import org.memlora.operators.memory.ScoredMemory;

/** The questions of a micro-batch, each with the memories of its place in the bank's order. */
public record QuestionBatch(List<PreparedQuestion> questions) {
    public QuestionBatch {
        questions = List.copyOf(questions);
    }

    /**
     * @param memories best first
     * @param usage model work on the turns of this micro-batch that stand between the bank's last question and this one
     * @param failure why the memories could not be retrieved
     */
    public record PreparedQuestion(
            BankItem.QuestionItem item, List<ScoredMemory> memories, Map<Stage, StageUsage> usage, Optional<StageFailure> failure) {
        public PreparedQuestion {
            memories = List.copyOf(memories);
            usage = Map.copyOf(usage);
        }
    }
}
