package org.memlora.models.vision;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** The two forms of the activation that the families were trained with. */
enum Gelu {
    EXACT {
        @Override
        NDArray apply(NDArray x) {
            return Activation.gelu(x);
        }
    },
    TANH {
        @Override
        NDArray apply(NDArray x) {
            NDArray inner = x.add(x.square().mul(x).mul(0.044715)).mul(ROOT);
            return x.mul(0.5).mul(inner.tanh().add(1));
        }
    };

    private static final double ROOT = Math.sqrt(2 / Math.PI);

    abstract NDArray apply(NDArray x);
}
