package org.memlora.models.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.ChatMessage;
import org.memlora.models.Completion;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.LanguageModels;
import org.memlora.models.ModelInfo;
import org.memlora.models.PictureRequest;
import org.memlora.models.VisionLanguageModel;
import org.memlora.models.WorkerModels;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.models.testing.ScriptedVisionModel;

class LateVisionModelTest {

    private static final ModelInfo INFO = new ModelInfo("eyes", 512, Set.of("vision"));
    private static final PictureRequest PICTURE = new PictureRequest(new byte[] {1},
            new GenerationRequest(List.of(ChatMessage.user("What is it?")), "vision", Optional.empty(), GenerationOptions.greedy(5)));

    @TempDir
    private Path folder;

    private static ScriptedVisionModel seeing() {
        return new ScriptedVisionModel(new ScriptedLanguageModel(), request -> ScriptedVisionModel.said("a cat"));
    }

    @Test
    void shouldLoadAtTheFirstPictureAndOnce() {
        List<String> loads = new ArrayList<>();
        LateVisionModel model = new LateVisionModel(INFO, () -> {
            loads.add("load");
            return seeing();
        });
        assertThat(model.info()).isEqualTo(INFO);
        assertThat(loads).isEmpty();
        assertThat(model.look(List.of(PICTURE))).extracting(Completion::text).containsExactly("a cat");
        model.look(List.of(PICTURE, PICTURE));
        assertThat(loads).hasSize(1);
    }

    @Test
    void shouldTryAgainAfterALoadThatFailed() {
        List<String> loads = new ArrayList<>();
        LateVisionModel model = new LateVisionModel(INFO, () -> {
            loads.add("load");
            if (loads.size() == 1) {
                throw new IllegalArgumentException("too little memory");
            }
            return seeing();
        });
        assertThatThrownBy(() -> model.look(List.of(PICTURE))).hasMessage("too little memory");
        assertThat(model.look(List.of(PICTURE))).hasSize(1);
    }

    @Test
    void shouldCloseWhatWasLoadedAndLoadNothingAfterwards() {
        List<String> closed = new ArrayList<>();
        LateVisionModel model = new LateVisionModel(INFO, () -> closing(closed));
        model.look(List.of());
        model.close();
        assertThat(closed).containsExactly("closed");
        assertThatThrownBy(() -> model.look(List.of(PICTURE))).hasMessageContaining("closed");
    }

    private static LanguageModel closing(List<String> closed) {
        ScriptedVisionModel seeing = seeing();
        return new VisionLanguageModel() {
            @Override
            public ModelInfo info() {
                return seeing.info();
            }

            @Override
            public List<Completion> generate(List<GenerationRequest> requests) {
                return seeing.generate(requests);
            }

            @Override
            public List<Completion> look(List<PictureRequest> requests) {
                return seeing.look(requests);
            }

            @Override
            public void close() {
                closed.add("closed");
            }
        };
    }

    @Test
    void shouldRefuseExpertsWithoutEyesAtTheStart() {
        LanguageModels.Request blind = new LanguageModels.Request("smollm2-135m-instruct", Optional.of(folder), LanguageModels.Compute.CPU, 1, 64);
        assertThatThrownBy(() -> LateVisionModel.of(blind, DownloadProgress.none())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("smollm2-135m-instruct").hasMessageContaining("have no eyes").hasMessageContaining("--eyes none");
    }

    @Test
    void shouldUseOneModelForBothWhereItSees() {
        ScriptedVisionModel both = seeing();
        assertThat(WorkerModels.of(both).eyes()).contains(both);
        assertThat(WorkerModels.of(new ScriptedLanguageModel()).eyes()).isEmpty();
    }
}
