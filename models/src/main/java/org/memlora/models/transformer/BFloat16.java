package org.memlora.models.transformer;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Linear layers whose weights are bfloat16: DJL has no such type (toType ends the process), TorchScript has. A packed array
 * must not be asked for its type or values. Threading: one thread.
 */
final class BFloat16 {
    private static final String SCRIPT = "bfloat16.pt";

    private final ParameterStore none = new ParameterStore();
    private final Set<NDArray> packed = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Block block;

    /** @param manager its end is the script's end */
    BFloat16(NDManager manager) {
        Model model = Model.newInstance("bfloat16", "PyTorch");
        manager.attachInternal("bfloat16", model);
        try (InputStream script = BFloat16.class.getResourceAsStream(SCRIPT)) {
            model.load(script);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + SCRIPT, e);
        } catch (MalformedModelException e) {
            throw new IllegalStateException(SCRIPT + " is no TorchScript that this PyTorch reads", e);
        }
        block = model.getBlock();
    }

    /** @param weight [out, in], float32; freed here @param bias [out], float32, or null */
    FrozenLinear linear(NDArray weight, NDArray bias) {
        NDManager manager = weight.getManager();
        NDArray narrow;
        try (NDManager scratch = manager.newSubManager()) {
            weight.attach(scratch);
            narrow = call("pack", weight);
            narrow.attach(manager);
        }
        packed.add(narrow);
        return x -> {
            NDArray product = block.forward(none, new NDList(x, narrow), true).singletonOrThrow();
            return bias == null ? product : product.add(bias);
        };
    }

    boolean isPacked(NDArray array) {
        return packed.contains(array);
    }

    /** As float32, of the array's manager. */
    NDArray unpack(NDArray array) {
        return call("unpack", array);
    }

    /* In training mode, because autograd refuses tensors of the inference mode. */
    private NDArray call(String method, NDArray input) {
        NDArray name = input.getManager().create(0f);
        name.setName("module_method:" + method);
        try (name) {
            return block.forward(none, new NDList(input, name), true).singletonOrThrow();
        }
    }
}
