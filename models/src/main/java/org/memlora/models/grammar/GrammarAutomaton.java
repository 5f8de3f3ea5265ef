package org.memlora.models.grammar;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A grammar as an automaton over UTF-8 bytes: a Thompson NFA whose deterministic states are made when first reached.
 * Each state knows its shortest way to acceptance over the bytes that are tokens of their own ("spellable").
 * Threading: confined to one thread at a time.
 */
public final class GrammarAutomaton {

    static final int UNREACHABLE = Integer.MAX_VALUE;
    private static final int MAX_NODES = 2_000_000;
    private static final int MAX_STATES = 20_000;

    /** lo > hi: an epsilon node. Node 0 accepts. */
    private record Node(int lo, int hi, int target, int[] epsilon) { }

    /** A deterministic state; complete in itself, so dropping the table of states harms no holder. */
    static final class State {
        private final int[] nodes;
        private final State[] next;
        final boolean accepting;
        /** Bytes of the shortest spellable ending, or {@link #UNREACHABLE}. */
        final int distance;
        /** Tokens of the shortest ending; filled by {@link TokenMasks}. */
        int[] ending;

        private State(int[] nodes, int classes, int distance) {
            this.nodes = nodes;
            this.next = new State[classes];
            this.accepting = nodes.length > 0 && nodes[0] == 0;
            this.distance = distance;
        }

        boolean isDead() {
            return nodes.length == 0;
        }

        /** Nothing but the end can follow. */
        boolean isFinal() {
            return accepting && nodes.length == 1;
        }
    }

    private final List<Node> nodes = new ArrayList<>();
    private final boolean[] alive;
    private final int[] distances;
    private final int[] classOf = new int[256];
    private final int[] byteOfClass;
    private final boolean[] spellableClass;
    private final Map<IntSequence, State> states = new HashMap<>();
    private final int[] visited;
    private int visit;
    private final int startNode;
    private State start;

    public GrammarAutomaton(Grammar grammar) {
        this(grammar, allBytes());
    }

    GrammarAutomaton(Grammar grammar, BitSet spellable) {
        nodes.add(new Node(1, 0, -1, new int[0]));
        startNode = build(grammar, 0);
        int[] toEnd = distancesToEnd(allBytes());
        alive = new boolean[nodes.size()];
        for (int i = 0; i < alive.length; i++) {
            alive[i] = toEnd[i] != UNREACHABLE;
        }
        distances = distancesToEnd(spellable);
        visited = new int[nodes.size()];
        boolean[] cut = new boolean[257];
        for (Node node : nodes) {
            if (node.lo <= node.hi) {
                cut[node.lo] = true;
                cut[node.hi + 1] = true;
            }
        }
        Map<Integer, Integer> classes = new HashMap<>();
        List<Integer> representatives = new ArrayList<>();
        int range = 0;
        for (int b = 0; b < 256; b++) {
            range += cut[b] ? 1 : 0;
            int key = 2 * range + (spellable.get(b) ? 1 : 0);
            int id = classes.computeIfAbsent(key, k -> classes.size());
            classOf[b] = id;
            if (id == representatives.size()) {
                representatives.add(b);
            }
        }
        byteOfClass = representatives.stream().mapToInt(Integer::intValue).toArray();
        spellableClass = new boolean[byteOfClass.length];
        for (int c = 0; c < byteOfClass.length; c++) {
            spellableClass[c] = spellable.get(byteOfClass[c]);
        }
        start = intern(new int[] {startNode});
    }

    private static BitSet allBytes() {
        BitSet all = new BitSet(256);
        all.set(0, 256);
        return all;
    }

    State start() {
        if (start == null) {
            start = intern(new int[] {startNode});
        }
        return start;
    }

    State next(State state, int b) {
        int c = classOf[b & 0xFF];
        State next = state.next[c];
        if (next == null) {
            next = step(state, byteOfClass[c]);
            state.next[c] = next;
        }
        return next;
    }

    /** The state after the bytes, dead when they don't belong to the language. */
    State run(State state, byte[] bytes) {
        for (int i = 0; i < bytes.length && !state.isDead(); i++) {
            state = next(state, bytes[i]);
        }
        return state;
    }

    public boolean accepts(byte[] utf8) {
        return run(start(), utf8).accepting;
    }

    /** The bytes of the shortest spellable ending. */
    byte[] shortestEnding(State state) {
        if (state.distance == UNREACHABLE) {
            throw new IllegalStateException("no ending can be spelled from this state");
        }
        byte[] ending = new byte[state.distance];
        for (int i = 0; i < ending.length; i++) {
            int chosen = -1;
            for (int c = 0; c < byteOfClass.length && chosen < 0; c++) {
                if (spellableClass[c] && next(state, byteOfClass[c]).distance == state.distance - 1) {
                    chosen = byteOfClass[c];
                }
            }
            ending[i] = (byte) chosen;
            state = next(state, chosen);
        }
        return ending;
    }

    /** The one byte that can follow, or -1 when the text may end here or several bytes can follow. */
    int onlyByte(State state) {
        if (state.accepting) {
            return -1;
        }
        int only = -1;
        for (int node : state.nodes) {
            Node n = nodes.get(node);
            if (n.lo != n.hi || only >= 0 && only != n.lo) {
                return -1;
            }
            only = n.lo;
        }
        return only;
    }

    private State step(State state, int b) {
        int[] targets = new int[state.nodes.length];
        int count = 0;
        for (int node : state.nodes) {
            Node n = nodes.get(node);
            if (n.lo <= b && b <= n.hi) {
                targets[count++] = n.target;
            }
        }
        return intern(Arrays.copyOf(targets, count));
    }

    private State intern(int[] seeds) {
        int[] closure = closure(seeds);
        IntSequence key = new IntSequence(closure);
        State known = states.get(key);
        if (known != null) {
            return known;
        }
        if (states.size() >= MAX_STATES) {
            states.clear();
            start = null;
        }
        int distance = UNREACHABLE;
        for (int node : closure) {
            distance = Math.min(distance, distances[node]);
        }
        State state = new State(closure, byteOfClass.length, distance);
        states.put(key, state);
        return state;
    }

    private int[] closure(int[] seeds) {
        visit++;
        ArrayDeque<Integer> open = new ArrayDeque<>();
        for (int seed : seeds) {
            open.push(seed);
        }
        int[] found = new int[16];
        int count = 0;
        while (!open.isEmpty()) {
            int node = open.pop();
            if (visited[node] == visit || !alive[node]) {
                continue;
            }
            visited[node] = visit;
            Node n = nodes.get(node);
            if (node == 0 || n.lo <= n.hi) {
                if (count == found.length) {
                    found = Arrays.copyOf(found, 2 * count);
                }
                found[count++] = node;
            }
            for (int next : n.epsilon) {
                open.push(next);
            }
        }
        int[] sorted = Arrays.copyOf(found, count);
        Arrays.sort(sorted);
        return sorted;
    }

    /** Adds nodes for {@code grammar} that lead to {@code next}; returns the first one. */
    private int build(Grammar grammar, int next) {
        if (grammar instanceof Grammar.Literal literal) {
            byte[] bytes = literal.text().getBytes(StandardCharsets.UTF_8);
            for (int i = bytes.length - 1; i >= 0; i--) {
                next = add(new Node(bytes[i] & 0xFF, bytes[i] & 0xFF, next, new int[0]));
            }
            return next;
        }
        if (grammar instanceof Grammar.Sequence sequence) {
            for (int i = sequence.parts().size() - 1; i >= 0; i--) {
                next = build(sequence.parts().get(i), next);
            }
            return next;
        }
        if (grammar instanceof Grammar.Choice choice) {
            int end = next;
            return split(choice.options().stream().mapToInt(option -> build(option, end)).toArray());
        }
        if (grammar instanceof Grammar.AnyCharExcept any) {
            return anyChar(any, next);
        }
        return repeat((Grammar.Repeat) grammar, next);
    }

    private int anyChar(Grammar.AnyCharExcept any, int end) {
        Map<List<Integer>, Integer> shared = new HashMap<>();
        List<Integer> firsts = new ArrayList<>();
        for (int[] ranges : Utf8Ranges.allExcept(any.excluded())) {
            int next = end;
            for (int i = ranges.length - 2; i >= 0; i -= 2) {
                List<Integer> key = List.of(ranges[i], ranges[i + 1], next);
                Integer node = shared.get(key);
                if (node == null) {
                    node = add(new Node(ranges[i], ranges[i + 1], next, new int[0]));
                    shared.put(key, node);
                }
                next = node;
            }
            firsts.add(next);
        }
        return split(firsts.stream().mapToInt(Integer::intValue).toArray());
    }

    private int repeat(Grammar.Repeat repeat, int end) {
        int next = end;
        if (repeat.max() == Grammar.UNBOUNDED) {
            int loop = split(end);
            nodes.set(loop, new Node(1, 0, -1, new int[] {end, build(repeat.part(), loop)}));
            next = loop;
        } else {
            for (int i = repeat.min(); i < repeat.max(); i++) {
                next = split(end, build(repeat.part(), next));
            }
        }
        for (int i = 0; i < repeat.min(); i++) {
            next = build(repeat.part(), next);
        }
        return next;
    }

    private int split(int... targets) {
        return add(new Node(1, 0, -1, targets));
    }

    private int add(Node node) {
        if (nodes.size() >= MAX_NODES) {
            throw new IllegalArgumentException("the grammar is too large: more than " + MAX_NODES + " nodes");
        }
        nodes.add(node);
        return nodes.size() - 1;
    }

    private int[] distancesToEnd(BitSet bytes) {
        int n = nodes.size();
        int[] count = new int[n + 1];
        for (Node node : nodes) {
            for (int next : node.epsilon) {
                count[next + 1]++;
            }
            if (node.target >= 0) {
                count[node.target + 1]++;
            }
        }
        for (int i = 0; i < n; i++) {
            count[i + 1] += count[i];
        }
        int[] sources = new int[count[n]];
        int[] fill = count.clone();
        for (int i = 0; i < n; i++) {
            for (int next : nodes.get(i).epsilon) {
                sources[fill[next]++] = i;
            }
            if (nodes.get(i).target >= 0) {
                sources[fill[nodes.get(i).target]++] = i;
            }
        }
        int[] distance = new int[n];
        Arrays.fill(distance, UNREACHABLE);
        distance[0] = 0;
        ArrayDeque<Integer> open = new ArrayDeque<>(List.of(0));
        boolean[] done = new boolean[n];
        while (!open.isEmpty()) {
            int to = open.pollFirst();
            if (done[to]) {
                continue;
            }
            done[to] = true;
            for (int k = count[to]; k < count[to + 1]; k++) {
                Node from = nodes.get(sources[k]);
                int cost = from.lo <= from.hi ? 1 : 0;
                int usable = cost == 0 ? 0 : bytes.nextSetBit(from.lo);
                if (usable < 0 || cost == 1 && usable > from.hi || distance[to] + cost >= distance[sources[k]]) {
                    continue;
                }
                distance[sources[k]] = distance[to] + cost;
                if (cost == 0) {
                    open.addFirst(sources[k]);
                } else {
                    open.addLast(sources[k]);
                }
            }
        }
        return distance;
    }
}
