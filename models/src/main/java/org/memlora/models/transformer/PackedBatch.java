package org.memlora.models.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tokens of one step, packed without padding: N tokens, row after row. Linear layers and norms see all of them at once;
 * attention goes segment by segment, so rows of any lengths share a step ({@link LayersScript}: token by token, over {@link #places}).
 */
final class PackedBatch {
    /** Added to scores of keys that may not be seen; fits float16. */
    private static final float HIDDEN = -30000f;

    private final NDManager manager;
    private final long[] ids;
    private final NDArray tokens;
    private final NDArray rows;
    private final NDArray positions;
    private final List<Segment> segments = new ArrayList<>();
    private final LoraSelection selection;
    private final List<Piece> pieces;
    private final int slidingWindow;
    private final DataType type;

    /** Consecutive tokens of one row. */
    record Piece(int row, int start, int[] tokens, String expert) { }

    /**
     * Tokens that attend together: B consecutive rows with T tokens each (B or T is 1).
     *
     * @param firstToken in 0 .. N - 1
     * @param keys S, the longest row's
     * @param mask [B, 1, 1, T, S] added to the scores, or null if every key is seen
     * @param slidingMask the same for layers with a window
     * @param before segments of this batch whose keys stand before its own, without a cache
     */
    record Segment(int firstToken, int rows, int tokens, int firstRow, int keys, NDArray mask, NDArray slidingMask, List<Segment> before) {
        int count() {
            return rows * tokens;
        }
    }

    /** @param pieces one-token ones first, by row */
    PackedBatch(NDManager manager, List<Piece> pieces, int slidingWindow, DataType type) {
        this.manager = manager;
        this.pieces = pieces;
        this.slidingWindow = slidingWindow;
        this.type = type;
        int count = pieces.stream().mapToInt(piece -> piece.tokens.length).sum();
        ids = new long[count];
        long[] rowOf = new long[count];
        long[] positionOf = new long[count];
        String[] expertOf = new String[count];
        int at = 0;
        for (Piece piece : pieces) {
            for (int i = 0; i < piece.tokens.length; i++, at++) {
                ids[at] = piece.tokens[i];
                rowOf[at] = piece.row;
                positionOf[at] = piece.start + i;
                expertOf[at] = piece.expert;
            }
        }
        tokens = manager.create(ids);
        rows = manager.create(rowOf);
        positions = manager.create(positionOf);
        selection = new LoraSelection(manager, expertOf, type);
    }

    private void cut() {
        int first = 0;
        for (int from = 0; from < pieces.size();) {
            int to = from + 1;
            while (to < pieces.size() && pieces.get(from).tokens.length == 1 && pieces.get(to).tokens.length == 1
                    && pieces.get(to).row == pieces.get(to - 1).row + 1) {
                to++;
            }
            Segment segment = segment(pieces.subList(from, to), first);
            segments.add(segment);
            first += segment.count();
            from = to;
        }
    }

    /** One segment per node of the tree, all tokens with one expert; for passes without a cache. */
    PackedBatch(NDManager manager, PrefixTree tree, String expert, int slidingWindow, DataType type) {
        this.manager = manager;
        this.pieces = List.of();
        this.slidingWindow = slidingWindow;
        this.type = type;
        ids = new long[tree.tokens()];
        long[] positionOf = new long[tree.tokens()];
        String[] expertOf = new String[tree.tokens()];
        Arrays.fill(expertOf, expert);
        Map<PrefixTree.Node, Segment> made = new IdentityHashMap<>();
        for (PrefixTree.Node node : tree.nodes()) {
            for (int i = 0; i < node.tokens().length; i++) {
                ids[node.firstPacked() + i] = node.tokens()[i];
                positionOf[node.firstPacked() + i] = node.start() + i;
            }
            Segment own = segment(List.of(new Piece(0, node.start(), node.tokens(), expert)), node.firstPacked());
            Segment segment = new Segment(own.firstToken, 1, own.tokens, 0, own.keys, own.mask, own.slidingMask,
                    node.path().stream().map(made::get).toList());
            made.put(node, segment);
            segments.add(segment);
        }
        tokens = manager.create(ids);
        rows = manager.zeros(tokens.getShape(), DataType.INT64);
        positions = manager.create(positionOf);
        selection = new LoraSelection(manager, expertOf, type);
    }

    private Segment segment(List<Piece> pieces, int first) {
        int width = pieces.get(0).tokens.length;
        int keys = pieces.stream().mapToInt(piece -> piece.start + width).max().orElseThrow();
        NDArray mask = mask(pieces, width, keys, Integer.MAX_VALUE);
        NDArray sliding = slidingWindow > 0 && keys > slidingWindow ? mask(pieces, width, keys, slidingWindow) : mask;
        return new Segment(first, pieces.size(), width, pieces.get(0).row, keys, mask, sliding, List.of());
    }

    private NDArray mask(List<Piece> pieces, int width, int keys, int window) {
        float[] values = new float[pieces.size() * width * keys];
        boolean hides = false;
        int at = 0;
        for (Piece piece : pieces) {
            for (int t = 0; t < width; t++) {
                int position = piece.start + t;
                for (int key = 0; key < keys; key++, at++) {
                    if (key > position || position - key >= window) {
                        values[at] = HIDDEN;
                        hides = true;
                    }
                }
            }
        }
        return hides ? manager.create(values, new Shape(pieces.size(), 1, 1, width, keys)).toType(type, false) : null;
    }

    NDManager manager() {
        return manager;
    }

    /** The same as {@link #tokens}, outside native memory. */
    long[] ids() {
        return ids;
    }

    /** [N] int64 */
    NDArray tokens() {
        return tokens;
    }

    /** [N] int64 */
    NDArray rows() {
        return rows;
    }

    /** [N] int64 */
    NDArray positions() {
        return positions;
    }

    /** Cut when first asked for: the masks cost time. */
    List<Segment> segments() {
        if (segments.isEmpty()) {
            cut();
        }
        return segments;
    }

    /** 0 .. S - 1 int64, S = the keys of the longest row. */
    NDArray places() {
        return manager.arange(0, pieces.stream().mapToInt(piece -> piece.start + piece.tokens.length).max().orElseThrow(), 1, DataType.INT64);
    }

    LoraSelection selection() {
        return selection;
    }
}
