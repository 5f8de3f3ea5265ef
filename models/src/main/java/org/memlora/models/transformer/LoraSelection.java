package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.memlora.models.GenerationRequest;

/** Which expert each of the N tokens of a step uses; makes the masks once per step. */
final class LoraSelection {
    private final String[] expertOfToken;
    private final Set<String> experts = new LinkedHashSet<>();
    private final NDManager manager;
    private final DataType type;
    private final Map<Layout, NDArray> masks = new HashMap<>();
    private InputDropout dropout;

    /** One expert's columns of a stack. */
    record Part(String expert, int rank, double scaling) { }

    /** The columns of a stack, expert after expert. */
    record Layout(List<Part> parts) {
        Layout {
            parts = List.copyOf(parts);
        }
    }

    LoraSelection(NDManager manager, String[] expertOfToken, DataType type) {
        this.manager = manager;
        this.expertOfToken = expertOfToken;
        this.type = type;
        experts.addAll(Arrays.asList(expertOfToken));
        experts.remove(GenerationRequest.BASE);
    }

    /** For a training pass. */
    void dropout(InputDropout chosen) {
        dropout = chosen;
    }

    boolean dropsOut() {
        return dropout != null;
    }

    /** [N, in] as the experts' A see it where {@link #dropsOut}. */
    NDArray input(NDArray x) {
        return dropout.apply(x);
    }

    /** Those in use, without the base. */
    Set<String> experts() {
        return experts;
    }

    /** [N, R] */
    NDArray mask(Layout layout) {
        return masks.computeIfAbsent(layout, this::build);
    }

    private NDArray build(Layout layout) {
        int columns = layout.parts.stream().mapToInt(Part::rank).sum();
        float[] values = new float[expertOfToken.length * columns];
        int column = 0;
        for (Part part : layout.parts) {
            for (int token = 0; token < expertOfToken.length; token++) {
                if (part.expert.equals(expertOfToken[token])) {
                    int at = token * columns + column;
                    Arrays.fill(values, at, at + part.rank, (float) part.scaling);
                }
            }
            column += part.rank;
        }
        return manager.create(values, new Shape(expertOfToken.length, columns)).toType(type, false);
    }
}
