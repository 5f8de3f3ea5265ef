package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;

/** down(activation(gate(x)) * up(x)): SwiGLU, or GeGLU with the tanh form of GELU. */
final class FeedForward {
    private final LoraLinear gate;
    private final LoraLinear up;
    private final LoraLinear down;
    private final BlockArithmetic arithmetic;
    private final boolean gelu;

    FeedForward(LoraLinear gate, LoraLinear up, LoraLinear down, BlockArithmetic arithmetic, boolean gelu) {
        this.gate = gate;
        this.up = up;
        this.down = down;
        this.arithmetic = arithmetic;
        this.gelu = gelu;
    }

    /** [N, C] to [N, C], [N, F] inside */
    NDArray forward(NDArray x, LoraSelection selection) {
        return down.forward(arithmetic.gated(gate.forward(x, selection), up.forward(x, selection), gelu), selection);
    }
}
