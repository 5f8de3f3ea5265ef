package org.memlora.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.memlora.models.WorkerModels.Eyes;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.models.testing.ScriptedVisionModel;

class WorkerModelsTest {

    private final List<String> closed = new ArrayList<>();

    private static ScriptedVisionModel seeing() {
        return new ScriptedVisionModel(new ScriptedLanguageModel(), request -> ScriptedVisionModel.said("a cat"));
    }

    private VisionLanguageModel named(String name, boolean fails) {
        return seeing().onClose(() -> {
            closed.add(name);
            if (fails) {
                throw new IllegalStateException(name + " can't be closed");
            }
        });
    }

    @Test
    void shouldLookAtPicturesByWhatWasAskedFor() {
        ScriptedLanguageModel blind = new ScriptedLanguageModel();
        ScriptedVisionModel own = seeing();
        ScriptedVisionModel other = seeing();
        assertThat(WorkerModels.with(own, Eyes.OWN_OR_OTHER, () -> Optional.of(other)).eyes()).containsSame(own);
        assertThat(WorkerModels.with(blind, Eyes.OWN_OR_OTHER, () -> Optional.of(other)).eyes()).containsSame(other);
        assertThat(WorkerModels.with(blind, Eyes.OWN_OR_OTHER, Optional::empty).eyes()).isEmpty();
        assertThat(WorkerModels.with(own, Eyes.OTHER, () -> Optional.of(other)).eyes()).containsSame(other);
        assertThat(WorkerModels.with(own, Eyes.NONE, () -> Optional.of(other)).eyes()).isEmpty();
        assertThat(WorkerModels.of(blind).eyes()).isEmpty();
    }

    @Test
    void shouldCloseEachModelOnce() {
        VisionLanguageModel both = named("both", false);
        WorkerModels.of(both).close();
        assertThat(closed).containsExactly("both");
        closed.clear();
        new WorkerModels(named("language", false), Optional.of(named("eyes", false))).close();
        assertThat(closed).containsExactly("language", "eyes");
        closed.clear();
        assertThatThrownBy(() -> new WorkerModels(named("language", true), Optional.of(named("eyes", false))).close()).hasMessageContaining("language");
        assertThat(closed).containsExactly("language", "eyes");
    }
}
