package org.memlora.models.transformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows as a tree: what rows have in common from their beginning on is one node and runs once. In a causal model that changes
 * no value, so a training step over rows of one instruction, or over many questions to the same memories, costs their
 * differing tokens only.
 */
final class PrefixTree {
    /** Shorter common beginnings are not worth a segment of attention of their own. */
    static final int LEAST_SHARED = 8;

    /**
     * @param path nodes from the root to the parent
     * @param start position of the first token
     */
    record Node(List<Node> path, int start, int[] tokens, int firstPacked) {
        /** The nodes from the root on, this one included. */
        List<Node> chain() {
            List<Node> chain = new ArrayList<>(path);
            chain.add(this);
            return chain;
        }
    }

    private final List<int[]> rows;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Integer, List<Node>> chains = new LinkedHashMap<>();
    private int packed;

    PrefixTree(List<int[]> rows) {
        this.rows = rows;
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            all.add(i);
        }
        grow(all, List.of(), 0);
    }

    /** In the order of their packed tokens. */
    List<Node> nodes() {
        return nodes;
    }

    /** Tokens of all nodes. */
    int tokens() {
        return packed;
    }

    /** Index among the packed tokens of a row's position. */
    int packedIndex(int row, int position) {
        for (Node node : chains.get(row)) {
            if (position < node.start + node.tokens.length) {
                return node.firstPacked + position - node.start;
            }
        }
        throw new IllegalArgumentException("position " + position + " is beyond row " + row);
    }

    private void grow(List<Integer> members, List<Node> path, int at) {
        Map<List<Integer>, List<Integer>> groups = new LinkedHashMap<>();
        for (int row : members) {
            groups.computeIfAbsent(beginning(row, at), key -> new ArrayList<>()).add(row);
        }
        for (List<Integer> group : groups.values()) {
            int first = group.get(0);
            int end = group.stream().mapToInt(row -> common(first, row, at)).min().orElseThrow();
            if (group.size() > 1 && end - at < LEAST_SHARED) {
                group.forEach(row -> leaf(row, path, at));
            } else if (group.size() == 1) {
                leaf(first, path, at);
            } else {
                Node node = add(path, at, Arrays.copyOfRange(rows.get(first), at, end));
                grow(group, node.chain(), end);
            }
        }
    }

    private void leaf(int row, List<Node> path, int at) {
        int[] rest = Arrays.copyOfRange(rows.get(row), at, rows.get(row).length);
        chains.put(row, rest.length == 0 ? path : add(path, at, rest).chain());
    }

    private Node add(List<Node> path, int start, int[] tokens) {
        Node node = new Node(path, start, tokens, packed);
        packed += tokens.length;
        nodes.add(node);
        return node;
    }

    private List<Integer> beginning(int row, int at) {
        int[] tokens = rows.get(row);
        return Arrays.stream(tokens, at, Math.min(at + LEAST_SHARED, tokens.length)).boxed().toList();
    }

    private int common(int a, int b, int from) {
        int[] first = rows.get(a);
        int[] second = rows.get(b);
        int at = from;
        while (at < first.length && at < second.length && first[at] == second[at]) {
            at++;
        }
        return at;
    }
}
