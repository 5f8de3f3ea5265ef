package org.memlora.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.memlora.operators.extraction.Exchange;
import org.memlora.topology.demo.Dialogue;
import org.memlora.topology.demo.DialogueReader;

class WorkloadTest {

    @Test
    void multipliesTheDemoWithOtherSpeakers() {
        List<Workload.Bank> banks = Workload.banks(List.of(DialogueReader.demo()), 5);

        assertThat(banks).extracting(Workload.Bank::id).hasSize(5).doesNotHaveDuplicates();
        Workload.Bank first = banks.get(0);
        Workload.Bank copy = banks.get(2);
        assertThat(first.exchanges().stream().mapToInt(exchange -> exchange.turns().size()).sum()).isEqualTo(38);
        assertThat(first.questions()).hasSize(8);
        assertThat(copy.exchanges()).hasSameSizeAs(first.exchanges()).allMatch(exchange -> exchange.bankId().equals(copy.id()));
        assertThat(texts(first)).contains("Hazel").contains("Ravi");
        assertThat(texts(copy)).doesNotContain("Hazel").doesNotContain("Ravi").contains("Biscuit");
        assertThat(texts(banks.get(4))).isNotEqualTo(texts(copy));
        assertThat(copy.questions().get(0).text()).doesNotContain("Hazel").endsWith("join?");
    }

    @Test
    void refusesDataWithoutTurns() {
        assertThatThrownBy(() -> Workload.banks(List.of(new Dialogue(List.of(), false)), 2)).hasMessageContaining("no turns");
    }

    private static String texts(Workload.Bank bank) {
        return String.join("\n", bank.exchanges().stream().map(Exchange::toString).toList());
    }
}
