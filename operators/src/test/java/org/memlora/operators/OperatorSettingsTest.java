package org.memlora.operators;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class OperatorSettingsTest {

    @Test
    void shouldNameTheWrongSetting() {
        assertThatThrownBy(() -> new OperatorSettings(0, 0.5, 0.8, 1, 1)).hasMessageContaining("updateCandidates is 0");
        assertThatThrownBy(() -> new OperatorSettings(1, Double.NaN, 0.8, 1, 1)).hasMessageContaining("similarityThreshold is NaN");
        assertThatThrownBy(() -> new OperatorSettings(1, 0.5, 0.8, 0, 1)).hasMessageContaining("extractionTokens is 0");
        assertThatThrownBy(() -> new OperatorSettings(1, 0.5, 0.8, 1, -1)).hasMessageContaining("answerTokens is -1");
        assertThatThrownBy(() -> new OperatorSettings(1, 0.5, 1.1, 1, 1)).hasMessageContaining("deleteConfidence is 1.1");
    }
}
