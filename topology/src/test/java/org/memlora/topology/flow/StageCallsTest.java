package org.memlora.topology.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class StageCallsTest {

    private static int deeper(int depth) {
        return 1 + deeper(depth + 1);
    }

    @Test
    void anInputThatOverflowsTheStackFailsAlone() {
        StageCalls calls = new StageCalls(0, Duration.ofMinutes(1));
        List<String> results = calls.call(List.of("good", "endless", "fine"), inputs -> inputs.stream()
                .map(input -> input.equals("endless") ? String.valueOf(deeper(0)) : input + " served").toList(), (input, failure) -> StageCalls.reason(failure));
        assertThat(results).containsExactly("good served", "OPERATOR_FAILED: the stack overflowed", "fine served");
    }
}
