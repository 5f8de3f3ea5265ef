package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Products in bfloat16 with frozen weights that are bfloat16; the feed-forward's wide arrays stay so from GATE and UP to DOWN.
 * DJL has no such type (toType ends the process), TorchScript has. A packed array, and what comes out of GATE and UP, must not be
 * asked for its type or values. Threading: one thread.
 */
final class BFloat16 implements BlockArithmetic {
    private final Set<NDArray> packed = Collections.newSetFromMap(new IdentityHashMap<>());
    private final TorchScript script;

    /** @param manager its end is the script's end */
    BFloat16(NDManager manager) {
        script = new TorchScript("bfloat16", manager);
    }

    @Override
    public FrozenLinear linear(Projection projection, NDArray weight, NDArray bias) {
        NDManager manager = weight.getManager();
        NDArray narrow;
        try (NDManager scratch = manager.newSubManager()) {
            weight.attach(scratch);
            narrow = call("pack", weight);
            narrow.attach(manager);
        }
        packed.add(narrow);
        boolean wide = projection == Projection.GATE || projection == Projection.UP;
        return new Layer(narrow, bias, wide ? "_kept" : "");
    }

    @Override
    public NDArray gated(NDArray gate, NDArray up, boolean gelu) {
        return call(gelu ? "geglu" : "swiglu", gate, up);
    }

    /** @param kept suffix of the methods: whether what comes out stays bfloat16 */
    private final class Layer implements FrozenLinear {
        private final NDArray weight;
        private final NDArray bias;
        private final String kept;

        Layer(NDArray weight, NDArray bias, String kept) {
            this.weight = weight;
            this.bias = bias;
            this.kept = kept;
        }

        @Override
        public NDArray forward(NDArray x) {
            return withBias(call("linear" + kept, x, weight));
        }

        @Override
        public NDArray forward(NDArray x, NDArray a, NDArray b, NDArray mask) {
            return withBias(call("adapted" + kept, x, weight, a, b, mask));
        }

        private NDArray withBias(NDArray product) {
            return bias == null ? product : product.add(bias);
        }
    }

    boolean isPacked(NDArray array) {
        return packed.contains(array);
    }

    /** As float32, of the array's manager. */
    NDArray unpack(NDArray array) {
        return call("unpack", array);
    }

    private NDArray call(String method, NDArray... inputs) {
        return script.call(method, new NDList(inputs), true);
    }
}
