package org.memlora.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.memlora.models.weights.WeightSource;

class TensorLoaderTest {
    private static final int ROWS = 7;
    private static final int WIDTH = 3;
    private static final float[] VALUES = new float[ROWS * WIDTH];

    static {
        for (int i = 0; i < VALUES.length; i++) {
            VALUES[i] = i / 2f;
        }
    }

    /** Of one tensor; tells which rows were asked for at once. */
    private static final class Table implements WeightSource {
        private int mostRows;

        @Override
        public Set<String> names() {
            return Set.of("table");
        }

        @Override
        public long[] shape(String name) {
            return new long[] {ROWS, WIDTH};
        }

        @Override
        public float[] read(String name) {
            throw new AssertionError("as a whole");
        }

        @Override
        public void read(String name, FloatBuffer target) {
            target.put(VALUES);
        }

        @Override
        public float[] readRows(String name, long first, int count) {
            mostRows = Math.max(mostRows, count);
            return Arrays.copyOfRange(VALUES, (int) first * WIDTH, (int) (first + count) * WIDTH);
        }
    }

    @Test
    void shouldReadWhatNoBufferHoldsByRows() {
        Table table = new Table();
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            TensorLoader loader = new TensorLoader(table, manager);
            NDArray whole = loader.load("table", DataType.FLOAT32, ROWS, WIDTH);
            assertThat(table.mostRows).as("it fits").isZero();
            NDArray parts = loader.load(ROWS * WIDTH - 1, "table", DataType.FLOAT32, ROWS, WIDTH);
            assertThat(table.mostRows).as("a row at a time, as one part holds a 32nd of the limit").isEqualTo(1);
            assertThat(parts.toFloatArray()).containsExactly(VALUES);
            assertThat(whole.toFloatArray()).containsExactly(VALUES);
        }
    }

    @Test
    void shouldNameBothShapesWhereTheyDiffer() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
            assertThatThrownBy(() -> new TensorLoader(new Table(), manager).load("table", DataType.FLOAT32, ROWS, 4))
                    .hasMessage("tensor table has shape [7, 3], expected [7, 4]");
        }
    }
}
