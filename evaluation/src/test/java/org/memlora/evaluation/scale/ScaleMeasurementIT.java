package org.memlora.evaluation.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each series once, as small as it gets, with a real broker. */
class ScaleMeasurementIT {

    private static final int SIZE = 300;
    private static final int DIMENSIONS = 384;

    @Test
    void shouldMeasureEachSeries() throws Exception {
        List<ScaleRow> told = new ArrayList<>();

        List<ScaleRow> rows = new ScaleMeasurement(new ScaleSettings(100, List.of(2), List.of(4), List.of(SIZE), 20), told::add).run();

        assertThat(told).isEqualTo(rows);
        assertThat(rows).extracting(ScaleRow::series).containsExactly("workers", "workers-waiting-model", "conversations", "bank-size", "banks");
        assertThat(rows).extracting(ScaleRow::workers).containsExactly(2, 2, 1, 1, 1);
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.turnsPerSecond()).isPositive();
            assertThat(row.turnMillis() * row.turnsPerSecond()).isBetween(999.0, 1001.0);
            assertThat(row.storeBytes()).isPositive();
            assertThat(row.retrievalMillis().p95()).isPositive();
        });
        assertThat(rows).extracting(ScaleRow::modelMillis).containsExactly(0L, 100L, 0L, 0L, 0L);
        assertThat(rows.get(0).changelogBytesPerTurn()).as("a memory with its vector").isGreaterThan(DIMENSIONS * Float.BYTES);
        ScaleRow bank = rows.get(3);
        assertThat(bank.indexBytes()).as("the bank's vectors").isGreaterThan((long) SIZE * DIMENSIONS * Float.BYTES);
        assertThat(bank.answerMillis().p95()).isGreaterThanOrEqualTo(bank.answerMillis().p50()).isPositive();
        assertThat(ScaleReport.line(bank)).contains("bank-size").contains("banks of    300");
    }
}
