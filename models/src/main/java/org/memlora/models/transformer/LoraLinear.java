package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.memlora.models.lora.LoraAdapter;

/**
 * A linear layer and the experts that change it: x W' + bias + ((x A') * mask) B'.
 * The mask [N, R] holds an expert's scaling in its tokens' rows and its own columns, 0 elsewhere: any mix in one batch,
 * and tokens of the base get exactly 0 added.
 */
final class LoraLinear {
    private final FrozenLinear frozen;
    private final Map<String, Delta> experts = new LinkedHashMap<>();
    private Delta all;

    /** @param a [R, in] @param b [out, R] */
    private record Delta(LoraSelection.Layout layout, NDArray a, NDArray b) { }

    LoraLinear(FrozenLinear frozen) {
        this.frozen = frozen;
    }

    void add(LoraAdapter adapter, LoraAdapter.Weights values, NDManager manager, DataType type) {
        NDArray a = OwnedArray.of(manager, values.a(), new Shape(values.rank(), values.in()), type);
        NDArray b = OwnedArray.of(manager, values.b(), new Shape(values.out(), values.rank()), type);
        var part = new LoraSelection.Part(adapter.name(), values.rank(), adapter.config().scaling(values.rank()));
        experts.put(adapter.name(), new Delta(new LoraSelection.Layout(List.of(part)), a, b));
        all = null;
    }

    /** After the last {@link #add}: stacks the experts for mixed batches. */
    void stack(NDManager manager) {
        if (experts.size() < 2) {
            return;
        }
        List<LoraSelection.Part> parts = new ArrayList<>();
        NDList as = new NDList();
        NDList bs = new NDList();
        for (Delta delta : experts.values()) {
            parts.addAll(delta.layout.parts());
            as.add(delta.a);
            bs.add(delta.b);
        }
        NDArray a = NDArrays.concat(as, 0);
        NDArray b = NDArrays.concat(bs, 1);
        a.attach(manager);
        b.attach(manager);
        all = new Delta(new LoraSelection.Layout(parts), a, b);
    }

    /** A and B of an expert, e.g. to require gradients; null if it leaves this layer as it is. */
    NDList trainable(String expert) {
        Delta delta = experts.get(expert);
        return delta == null ? null : new NDList(delta.a, delta.b);
    }

    /** [N, in] to [N, out] */
    NDArray forward(NDArray x, LoraSelection selection) {
        Delta delta = deltaFor(selection);
        if (delta == null) {
            return frozen.forward(x);
        }
        NDArray mask = selection.mask(delta.layout);
        if (!selection.dropsOut()) {
            return frozen.forward(x, delta.a, delta.b, mask);
        }
        return frozen.forward(x).add(FrozenLinear.delta(selection.input(x), delta.a, delta.b, mask));
    }

    private Delta deltaFor(LoraSelection selection) {
        Delta only = null;
        for (String expert : selection.experts()) {
            Delta delta = experts.get(expert);
            if (delta != null && only != null) {
                return all;
            }
            only = delta == null ? only : delta;
        }
        return only;
    }
}
