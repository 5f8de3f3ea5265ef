package org.memlora.topology.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.operators.Stage;
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
    void shouldAddUpAModelsWorkPerStage() {
        LanguageModel model = new LanguageModel() {
            @Override
            public ModelInfo info() {
                return new ModelInfo("canned", 100, Set.of());
            }

            @Override
            public List<Completion> generate(List<GenerationRequest> requests) {
                return List.of(new Completion("a", FinishReason.STOP, 50, 20, 7, 300, 400, Optional.empty()),
                        new Completion("b", FinishReason.STOP, 60, 0, 8, 30, 40, Optional.empty()));
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
