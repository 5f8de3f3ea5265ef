package org.memlora.models.compiled;

import java.nio.file.Path;
import java.util.Map;

/**
 * A base's weights as they lie in the cache: one file, mapped by ONNX Runtime.
 *
 * @param bits of a weight: 4, 8, or 32 = unquantised
 * @param tensors by name, see {@link WeightLayout}
 */
record CompiledWeights(Path file, int bits, Map<String, Stored> tensors) {

    /** @param type UINT8 or FLOAT */
    record Stored(Type type, long[] shape, long offset, long bytes) { }

    enum Type { UINT8, FLOAT }

    CompiledWeights {
        tensors = Map.copyOf(tensors);
    }

    Stored tensor(String name) {
        Stored stored = tensors.get(name);
        if (stored == null) {
            throw new IllegalStateException("no tensor " + name + " in " + file);
        }
        return stored;
    }
}
