package org.memlora.evaluation.rows;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.evaluation.report.AnswerScoring;
import org.memlora.evaluation.report.ScoredRow;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.Stage;
import org.memlora.topology.demo.Dialogue;

/**
 * The whole pipeline with one combination after the other of a model's experts. A request that an expert was asked before is answered from
 * memory: combinations that share extraction, or extraction and update, run these stages in the model once.
 */
public final class ExpertCombinations {
    private static final Dialogue NO_SUITE = new Dialogue(List.of(), false);

    private final EvaluationData data;
    private final TextEmbedder embedder;
    private final RowProgress progress;
    private final Counted model;
    private final LanguageModel remembering;

    /**
     * @param tokenF1 mean over the answerable questions, 0 to 1
     * @param requests of all stages
     * @param reused those that the model was not asked
     */
    public record Result(double tokenF1, long requests, long reused) { }

    public ExpertCombinations(EvaluationData data, LanguageModel model, TextEmbedder embedder, RowProgress progress) {
        this.data = data;
        this.embedder = embedder;
        this.progress = progress;
        this.model = new Counted(model);
        remembering = new ModelViews.Remembering(this.model);
    }

    /** @param experts of the model by stage; a stage that is missing has the untuned base */
    public Result score(Map<Stage, String> experts) throws IOException, InterruptedException {
        long before = model.requests.get();
        Counted asked = new Counted(ModelViews.withExperts(remembering, experts));
        RowOutcome outcome = new PipelineRow(data, NO_SUITE, embedder, progress).run(RowName.EXPERTS, asked);
        ScoredRow row = new ScoredRow(outcome, new AnswerScoring(embedder, Optional.empty(), progress).score(outcome), Optional.empty(), Optional.empty());
        long requests = asked.requests.get();
        return new Result(row.tokenF1(), requests, requests - (model.requests.get() - before));
    }

    /** Counts requests. */
    private static final class Counted implements LanguageModel {
        final AtomicLong requests = new AtomicLong();
        private final LanguageModel counted;

        Counted(LanguageModel counted) {
            this.counted = counted;
        }

        @Override
        public ModelInfo info() {
            return counted.info();
        }

        @Override
        public List<Completion> generate(List<GenerationRequest> some) {
            requests.addAndGet(some.size());
            return counted.generate(some);
        }

        @Override
        public void close() { }
    }
}
