package org.memlora.models.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.ChatMessage;
import org.memlora.models.Completion;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.LanguageModels;
import org.memlora.models.ModelInfo;
import org.memlora.models.PictureRequest;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.models.testing.ScriptedVisionModel;

class LateVisionModelTest {

    private static final ModelInfo INFO = new ModelInfo("eyes", 512, Set.of("vision"));
    private static final PictureRequest PICTURE = new PictureRequest(new byte[] {1},
            new GenerationRequest(List.of(ChatMessage.user("What is it?")), "vision", Optional.empty(), GenerationOptions.greedy(5)));

    private static final Duration LONG = Duration.ofHours(1);

    @TempDir
    private Path folder;

    private static ScriptedVisionModel seeing() {
        return new ScriptedVisionModel(new ScriptedLanguageModel(), request -> ScriptedVisionModel.said("a cat"));
    }

    @Test
    @Timeout(60)
    void shouldLoadAtTheFirstPictureAndOnceForAllThreads() throws Exception {
        AtomicInteger loads = new AtomicInteger();
        CountDownLatch bothAsk = new CountDownLatch(2);
        LateVisionModel model = new LateVisionModel(INFO, () -> {
            loads.incrementAndGet();
            return seeing();
        }, LONG);
        assertThat(model.info()).isEqualTo(INFO);
        assertThat(loads).hasValue(0);
        Callable<List<Completion>> look = () -> {
            bothAsk.countDown();
            bothAsk.await();
            return model.look(List.of(PICTURE));
        };
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            for (Future<List<Completion>> one : threads.invokeAll(List.of(look, look))) {
                assertThat(one.get()).extracting(Completion::text).containsExactly("a cat");
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(loads).hasValue(1);
    }

    @Test
    void shouldTryAgainAWhileAfterALoadThatFailed() {
        for (Duration pause : List.of(Duration.ZERO, LONG)) {
            AtomicInteger loads = new AtomicInteger();
            LateVisionModel model = new LateVisionModel(INFO, () -> {
                if (loads.incrementAndGet() == 1) {
                    throw new IllegalArgumentException("too little memory");
                }
                return seeing();
            }, pause);
            assertThatThrownBy(() -> model.look(List.of(PICTURE))).hasMessage("too little memory");
            if (pause.isZero()) {
                assertThat(model.look(List.of(PICTURE))).hasSize(1);
            } else {
                assertThatThrownBy(() -> model.look(List.of(PICTURE))).hasMessage("too little memory");
                assertThat(loads).hasValue(1);
            }
        }
    }

    @Test
    void shouldCloseWhatWasLoadedAndLoadNothingAfterwards() {
        List<String> closed = new ArrayList<>();
        LateVisionModel model = new LateVisionModel(INFO, () -> seeing().onClose(() -> closed.add("closed")), LONG);
        model.look(List.of());
        model.close();
        assertThat(closed).containsExactly("closed");
        assertThatThrownBy(() -> model.look(List.of(PICTURE))).hasMessageContaining("closed");
    }

    @Test
    void shouldCloseAModelThatSeesNothingAndSaySo() {
        List<String> closed = new ArrayList<>();
        LanguageModel blind = new LanguageModel() {
            @Override
            public ModelInfo info() {
                return INFO;
            }

            @Override
            public List<Completion> generate(List<GenerationRequest> requests) {
                return List.of();
            }

            @Override
            public void close() {
                closed.add("closed");
            }
        };
        assertThatThrownBy(() -> new LateVisionModel(INFO, () -> blind, LONG).look(List.of(PICTURE))).hasMessageContaining("eyes sees nothing any more");
        assertThat(closed).hasSize(1);
    }

    @Test
    void shouldRefuseExpertsWithoutEyesAtTheStart() {
        LanguageModels.Request blind = new LanguageModels.Request("smollm2-135m-instruct", Optional.of(folder), LanguageModels.Compute.CPU, 1, 64);
        assertThatThrownBy(() -> LateVisionModel.of(blind, DownloadProgress.none())).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("smollm2-135m-instruct").hasMessageContaining("sees nothing").hasMessageContaining("--eyes none");
    }
}
