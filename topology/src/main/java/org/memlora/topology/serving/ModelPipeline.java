package org.memlora.topology.serving;

import java.time.Duration;
import java.util.Optional;
import org.memlora.models.LanguageModel;
import org.memlora.models.VisionLanguageModel;
import org.memlora.models.WorkerModels;
import org.memlora.models.embedding.CachedTextEmbedder;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.Stage;
import org.memlora.operators.extraction.ExtractionOperator;
import org.memlora.operators.generation.GenerationOperator;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.update.UpdateOperator;
import org.memlora.operators.vision.VisionOperator;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.Topics;
import org.memlora.topology.MemoryOperators;
import org.memlora.topology.MemoryTopology;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.PipelineSerdes;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.monitoring.PipelineMetrics;
import org.memlora.topology.outbox.AdminEventsTopic;

/** A worker from its parts. */
public final class ModelPipeline {

    private static final int CACHED_EMBEDDINGS = 10_000;

    private ModelPipeline() { }

    /** All stages over one model; pictures are looked at if it is a {@link VisionLanguageModel}. */
    public static MemoryOperators operators(LanguageModel model, TextEmbedder embedder, StageMeter meter) {
        return assemble(WorkerModels.of(model), embedder, meter);
    }

    /** Over a worker's models; a model call that takes longer than {@code hang} stops the worker ({@link ModelHangError}). */
    public static MemoryOperators operators(WorkerModels models, TextEmbedder embedder, StageMeter meter, Duration hang) {
        return assemble(new WorkerModels(WatchedModel.watchLanguage(models.language(), hang),
                models.eyes().map(eyes -> WatchedModel.watchEyes(eyes, hang))), embedder, meter);
    }

    private static MemoryOperators assemble(WorkerModels models, TextEmbedder embedder, StageMeter meter) {
        LanguageModel model = models.language();
        TextEmbedder cached = new CachedTextEmbedder(embedder, CACHED_EMBEDDINGS);
        OperatorSettings settings = OperatorSettings.DEFAULT;
        Optional<VisionOperator> vision = models.eyes().map(seeing -> new VisionOperator(meter.ofVision(seeing), settings));
        return new MemoryOperators(
                new ExtractionOperator(meter.of(Stage.EXTRACTION, model), settings),
                new UpdateOperator(meter.of(Stage.UPDATE, model), cached, settings),
                new GenerationOperator(meter.of(Stage.GENERATION, model), settings),
                new MemoryRetriever(cached), vision, model.info().base());
    }

    /** Not started yet. {@code serdes} stays the caller's. */
    public static MemoryWorker worker(PipelineSettings settings, MemoryOperators operators, AvroSerdes serdes) {
        return worker(settings, operators, serdes, PipelineMetrics.none());
    }

    /** The same, counted. */
    public static MemoryWorker worker(PipelineSettings settings, MemoryOperators operators, AvroSerdes serdes, PipelineMetrics metrics) {
        PipelineSerdes records = PipelineSerdes.of(serdes);
        return new MemoryWorker(settings, MemoryTopology.build(settings, operators, records,
                new AdminEventsTopic(settings.streamsProperties(), Topics.CONVERSATION_EVENTS.name()), metrics));
    }
}
