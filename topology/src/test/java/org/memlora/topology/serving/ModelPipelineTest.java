package org.memlora.topology.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.WorkerModels;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.models.testing.ScriptedVisionModel;
import org.memlora.operators.Stage;
import org.memlora.operators.vision.PictureDescription;
import org.memlora.operators.vision.ShownPicture;
import org.memlora.topology.MemoryOperators;

class ModelPipelineTest {

    @Test
    void shouldEmbedEachTextOnceForAllStages() {
        List<List<String>> calls = new ArrayList<>();
        TextEmbedder counting = new TextEmbedder() {
            private final HashEmbedder embedder = new HashEmbedder();

            @Override
            public int dimensions() {
                return embedder.dimensions();
            }

            @Override
            public List<float[]> embed(List<String> texts) {
                calls.add(texts);
                return embedder.embed(texts);
            }

            @Override
            public void close() {
                embedder.close();
            }
        };
        MemoryOperators operators = ModelPipeline.operators(new ScriptedLanguageModel().otherwise("NONE"), counting, new StageMeter());
        operators.retriever().vectors(List.of("Where is Ann?", "Who is Milo?", "Where is Ann?"));
        operators.retriever().vectors(List.of("Who is Milo?"));
        assertThat(calls).containsExactly(List.of("Where is Ann?", "Who is Milo?"));
    }

    @Test
    void shouldLookAtPicturesOnlyWithAModelThatCan() {
        StageMeter meter = new StageMeter();
        ScriptedLanguageModel language = new ScriptedLanguageModel().otherwise("NONE");
        assertThat(ModelPipeline.operators(language, new HashEmbedder(), meter).vision()).isEmpty();
        assertThat(ModelPipeline.operators(WorkerModels.of(language), new HashEmbedder(), meter, Duration.ofSeconds(5)).vision()).isEmpty();

        ScriptedVisionModel eyes = new ScriptedVisionModel(language, request -> ScriptedVisionModel.said("a cat"));
        for (MemoryOperators operators : List.of(ModelPipeline.operators(eyes, new HashEmbedder(), meter),
                ModelPipeline.operators(WorkerModels.of(eyes), new HashEmbedder(), meter, Duration.ofSeconds(5)))) {
            assertThat(operators.vision().orElseThrow().describe(List.of(new ShownPicture("b", "e", new byte[] {1}))))
                    .singleElement().extracting(PictureDescription::text).isEqualTo(Optional.of("a cat"));
        }
        assertThat(meter.of(Stage.VISION).requests()).isEqualTo(2);
        assertThat(meter.of(Stage.VISION).promptTokens()).isEqualTo(140);
        assertThat(meter.running()).isEmpty();
    }

    @Test
    void shouldAskEachModelForItsOwn() {
        ScriptedLanguageModel text = new ScriptedLanguageModel().otherwise("NONE");
        ScriptedVisionModel eyes = new ScriptedVisionModel(new ScriptedLanguageModel(), request -> ScriptedVisionModel.said("a cat"));
        ScriptedVisionModel language = new ScriptedVisionModel(text, request -> ScriptedVisionModel.said("not asked"));
        MemoryOperators operators = ModelPipeline.operators(new WorkerModels(language, Optional.of(eyes)), new HashEmbedder(), new StageMeter(),
                Duration.ofSeconds(5));
        assertThat(operators.vision().orElseThrow().describe(List.of(new ShownPicture("b", "e", new byte[] {1}))))
                .singleElement().extracting(PictureDescription::text).isEqualTo(Optional.of("a cat"));
        assertThat(eyes.looks()).hasSize(1);
        assertThat(language.looks()).isEmpty();
    }

    @Test
    void shouldStopTheWorkerWhenALookHangs() {
        ScriptedVisionModel hanging = new ScriptedVisionModel(new ScriptedLanguageModel().otherwise("NONE"), request -> {
            LockSupport.parkNanos(Duration.ofSeconds(20).toNanos());
            return ScriptedVisionModel.said("too late");
        });
        MemoryOperators operators = ModelPipeline.operators(WorkerModels.of(hanging), new HashEmbedder(), new StageMeter(), Duration.ofMillis(200));

        assertThatThrownBy(() -> operators.vision().orElseThrow().describe(List.of(new ShownPicture("b", "e", new byte[] {1}))))
                .isInstanceOf(ModelHangError.class).hasMessageContaining("1 requests");
    }

    @Test
    void shouldAddUpAModelsWorkPerStage() {
        LanguageModel model = new LanguageModel() {
            @Override
            public ModelInfo info() {
                return new ModelInfo("canned", 100, Set.of());
            }

            @Override
            public List<Completion> generate(List<GenerationRequest> requests) {
                return List.of(new Completion("a", FinishReason.STOP, 50, 20, 7, 300, 400, 1, Optional.empty()),
                        new Completion("b", FinishReason.STOP, 60, 0, 8, 30, 40, 1, Optional.empty()));
            }

            @Override
            public void close() { }
        };
        StageMeter meter = new StageMeter();
        meter.of(Stage.EXTRACTION, model).generate(List.of());
        meter.of(Stage.EXTRACTION, model).generate(List.of());
        StageMeter.Work work = meter.of(Stage.EXTRACTION);
        assertThat(work.calls()).isEqualTo(2);
        assertThat(work.promptTokens()).isEqualTo(220);
        assertThat(work.cachedTokens()).isEqualTo(40);
        assertThat(work.outputTokens()).isEqualTo(30);
        assertThat(work.prefillNanos()).isEqualTo(660);
        assertThat(work.decodeNanos()).isEqualTo(880);
        assertThat(meter.of(Stage.UPDATE)).isEqualTo(StageMeter.Work.NONE);
    }
}
