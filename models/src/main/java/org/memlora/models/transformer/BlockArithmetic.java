package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Linear;

/** In what number format a block multiplies with frozen weights. What comes out of GATE and UP is for {@link #gated} and DOWN alone. */
interface BlockArithmetic {
    /** In the type of the arrays. */
    BlockArithmetic PLAIN = new BlockArithmetic() {
        @Override
        public FrozenLinear linear(Projection projection, NDArray weight, NDArray bias) {
            return x -> Linear.linear(x, weight, bias).singletonOrThrow();
        }

        @Override
        public NDArray gated(NDArray gate, NDArray up, boolean gelu) {
            return (gelu ? geluTanh(gate) : gate.mul(Activation.sigmoid(gate))).mul(up);
        }

        private NDArray geluTanh(NDArray x) {
            NDArray inner = Scalar.times(x.add(Scalar.times(x.square().mul(x), 0.044715)), Math.sqrt(2 / Math.PI));
            return Scalar.times(x, 0.5).mul(inner.tanh().add(1));
        }
    };

    /** @param weight [out, in], may be freed here @param bias [out] or null */
    FrozenLinear linear(Projection projection, NDArray weight, NDArray bias);

    /** SiLU, or the tanh form of GELU, of the gate's output, times that of up. */
    NDArray gated(NDArray gate, NDArray up, boolean gelu);
}
