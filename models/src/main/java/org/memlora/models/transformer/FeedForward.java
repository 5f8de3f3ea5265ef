package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** down(activation(gate(x)) * up(x)): SwiGLU, or GeGLU with the tanh form of GELU. */
final class FeedForward {
    private static final double ROOT = Math.sqrt(2 / Math.PI);

    private final LoraLinear gate;
    private final LoraLinear up;
    private final LoraLinear down;
    private final boolean gelu;

    FeedForward(LoraLinear gate, LoraLinear up, LoraLinear down, boolean gelu) {
        this.gate = gate;
        this.up = up;
        this.down = down;
        this.gelu = gelu;
    }

    /** [N, C] to [N, C], [N, F] inside */
    NDArray forward(NDArray x, LoraSelection selection) {
        NDArray gated = gate.forward(x, selection);
        NDArray active = gelu ? geluTanh(gated) : gated.mul(Activation.sigmoid(gated));
        return down.forward(active.mul(up.forward(x, selection)), selection);
    }

    private static NDArray geluTanh(NDArray x) {
        NDArray inner = Scalar.times(x.add(Scalar.times(x.square().mul(x), 0.044715)), ROOT);
        return Scalar.times(x, 0.5).mul(inner.tanh().add(1));
    }
}
