package org.memlora.models.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.memlora.models.safetensors.SafetensorsFile;

class ReportedWeightsTest {

    @Test
    void shouldTellTheSizeReadAndEndWithTheWhole() {
        SafetensorsFile file = SafetensorsFile.open(Path.of("src/test/resources/transformer/llama-tied"));
        List<Long> steps = new ArrayList<>();
        List<Long> totals = new ArrayList<>();
        ReportedWeights weights = new ReportedWeights(file, "loading it", (what, done, total) -> {
            assertThat(what).isEqualTo("loading it");
            steps.add(done);
            totals.add(total);
        });

        for (String name : weights.names()) {
            float[] values = weights.read(name);
            assertThat(values).isEqualTo(file.read(name));
        }

        assertThat(steps).hasSize(file.names().size()).isSorted();
        assertThat(totals).containsOnly(steps.get(steps.size() - 1));
        String first = weights.names().iterator().next();
        FloatBuffer target = FloatBuffer.allocate(file.read(first).length);
        weights.read(first, target);
        assertThat(target.array()).isEqualTo(file.read(first));
    }
}
