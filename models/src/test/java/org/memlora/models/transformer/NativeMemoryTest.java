package org.memlora.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

/** Calls leave nothing behind: neither arrays of the executor, nor managers left open, nor arrays that belong to nobody. */
class NativeMemoryTest {

    @Test
    void shouldLeaveNoArrayAndNoManagerInTheWholeProcess() throws Exception {
        ReferenceModel model = ReferenceModel.of("llama-untied");
        int[] prompt = model.cases("base").get(3).prompt();
        try (EagerExecutor executor = model.executor(3)) {
            NDManager system = executor.manager().getParentManager();
            call(executor, prompt);
            int before = resources(system);
            for (int i = 0; i < 100; i++) {
                call(executor, prompt);
            }
            System.out.println("live native resources before 100 calls " + before + ", after " + resources(system));
            assertThat(resources(system)).isEqualTo(before).isGreaterThan(20);
            NDArray stray = executor.manager().newSubManager().zeros(new Shape(1));
            assertThat(resources(system)).as("the count sees an array in a manager left open").isEqualTo(before + 2);
            stray.getManager().close();
        }
    }

    private static void call(EagerExecutor executor, int[] prompt) {
        executor.forward(List.of(new RowInput(0, 0, prompt, "all"), new RowInput(1, 0, prompt, "base"), new RowInput(2, 0, prompt, "qv")));
    }

    /** All that hangs below a manager. */
    private static int resources(NDManager manager) throws ReflectiveOperationException {
        Field field = BaseNDManager.class.getDeclaredField("resources");
        field.setAccessible(true);
        int count = 0;
        for (Object resource : ((Map<?, ?>) field.get(manager)).values()) {
            count += 1 + (resource instanceof NDManager child ? resources(child) : 0);
        }
        return count;
    }
}
