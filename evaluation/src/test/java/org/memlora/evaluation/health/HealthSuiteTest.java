package org.memlora.evaluation.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.OperationKind;
import org.memlora.schemas.Turn;
import org.memlora.topology.demo.ScriptedEvent;

class HealthSuiteTest {

    private static final Instant START = Instant.parse("2025-03-01T10:00:00Z");

    static MemoryOperation operation(OperationKind kind, String bank, int number, String text, String target) {
        MemoryOperation operation = new MemoryOperation();
        operation.setOperationId(bank + number);
        operation.setBankId(bank);
        operation.setKind(kind);
        operation.setTime(START.plusSeconds(number));
        operation.setFactText(text);
        operation.setMemoryId(kind == OperationKind.NONE ? null : bank + number);
        operation.setTargetMemoryId(target);
        operation.setSourceEventIds(List.of("t" + number));
        operation.setDecidedBy("model");
        return operation;
    }

    private static List<MemoryOperation> addEveryTurn(HealthSuite suite) {
        List<MemoryOperation> operations = new ArrayList<>();
        for (ScriptedEvent scripted : suite.dialogue().events()) {
            if (scripted.event().getBody() instanceof Turn turn && turn.getSpeaker().equals("Mara")) {
                operations.add(operation(OperationKind.ADD, scripted.event().getBankId(), operations.size(), turn.getText(), null));
            }
        }
        return operations;
    }

    @Test
    void aMemoryThatOnlyAddsKeepsAllWordingsAndClosesNothing() {
        HealthSuite suite = HealthSuite.load();
        HealthSuite.Result result = suite.score(addEveryTurn(suite));

        assertThat(result.wordingsStored()).isEqualTo(15);
        assertThat(result.wordingsFacts()).isEqualTo(5);
        assertThat(result.newestKept()).isEqualTo(1);
        assertThat(result.outdatedStored()).as("every outdated fact is recognised in its own wording").isEqualTo(7);
        assertThat(result.outdatedClosed()).isZero();
        assertThat(result.sparedStored()).isEqualTo(6);
        assertThat(result.wrongDeletes()).isZero();
        assertThat(result.sameFactStored()).isEqualTo(2);
    }

    @Test
    void aMemoryThatReplacesAlwaysClosesTheOutdatedAndTheSpared() {
        HealthSuite suite = HealthSuite.load();
        List<MemoryOperation> operations = new ArrayList<>();
        MemoryOperation before = null;
        for (MemoryOperation added : addEveryTurn(suite)) {
            boolean second = before != null && before.getBankId().equals(added.getBankId());
            MemoryOperation replaced = second ? operation(OperationKind.UPDATE, added.getBankId(), operations.size(), added.getFactText(), before.getMemoryId()) : added;
            replaced.setMemoryId(added.getMemoryId());
            operations.add(replaced);
            before = added;
        }
        HealthSuite.Result result = suite.score(operations);

        assertThat(result.wordingsStored()).isEqualTo(1);
        assertThat(result.newestKept()).isEqualTo(1);
        assertThat(result.outdatedClosed()).isEqualTo(1);
        assertThat(result.wrongDeletes()).isEqualTo(1);
        assertThat(result.sameFactStored()).isEqualTo(1);
    }

    @Test
    void anEmptyMemoryHasNothingToClose() {
        HealthSuite.Result result = HealthSuite.load().score(List.of());

        assertThat(result.newestKept()).isZero();
        assertThat(result.outdatedClosed()).isNull();
        assertThat(result.wrongDeletes()).isNull();
    }
}
