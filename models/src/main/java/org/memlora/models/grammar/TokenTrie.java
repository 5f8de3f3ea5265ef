package org.memlora.models.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.memlora.models.tokenizer.Tokenizer;

/**
 * The vocabulary as a trie over bytes, its nodes laid out in depth-first order. Special tokens and tokens without
 * bytes are left out. Threading: immutable.
 */
public final class TokenTrie {

    private final Tokenizer tokenizer;
    private final byte[][] bytesOf;
    private final BitSet spellable = new BitSet(256);
    private final BitSet textTokens = new BitSet();
    /** Node 0 is the root. */
    final byte[] nodeByte;
    final short[] depth;
    final int[] subtreeEnd;
    final int[] firstToken;
    final int[] tokens;
    final int maxDepth;
    final int size;

    public TokenTrie(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        int vocabulary = tokenizer.vocabularySize();
        bytesOf = new byte[vocabulary][];
        List<Integer> ids = new ArrayList<>();
        int totalBytes = 0;
        for (int id = 0; id < vocabulary; id++) {
            byte[] bytes = tokenizer.isSpecial(id) ? new byte[0] : tokenizer.tokenBytes(id);
            bytesOf[id] = bytes;
            if (bytes.length > 0 && !tokenizer.stopTokens().contains(id)) {
                ids.add(id);
                textTokens.set(id);
                totalBytes += bytes.length;
                if (bytes.length == 1) {
                    spellable.set(bytes[0] & 0xFF);
                }
            }
        }
        ids.sort((a, b) -> Arrays.compareUnsigned(bytesOf[a], bytesOf[b]));
        byte[] nodeBytes = new byte[totalBytes + 1];
        short[] depths = new short[totalBytes + 1];
        int[] ends = new int[totalBytes + 1];
        int[] first = new int[totalBytes + 2];
        tokens = new int[ids.size()];
        int nodes = 1;
        int deepest = 0;
        int[] path = new int[Short.MAX_VALUE];
        byte[] previous = new byte[0];
        for (int t = 0; t < tokens.length; t++) {
            byte[] bytes = bytesOf[ids.get(t)];
            int common = Arrays.mismatch(previous, bytes);
            common = common < 0 ? bytes.length : common;
            for (int d = previous.length; d > common; d--) {
                ends[path[d]] = nodes;
            }
            for (int d = common; d < bytes.length; d++) {
                path[d + 1] = nodes;
                nodeBytes[nodes] = bytes[d];
                depths[nodes] = (short) (d + 1);
                first[nodes] = t;
                nodes++;
            }
            deepest = Math.max(deepest, bytes.length);
            tokens[t] = ids.get(t);
            previous = bytes;
            // Tokens of a node end where the next node's begin: set below, when the next node is made.
        }
        for (int d = previous.length; d >= 0; d--) {
            ends[path[d]] = nodes;
        }
        // A node made on the way to token t holds t only when the token ends there.
        int[] starts = new int[nodes + 1];
        int t = 0;
        for (int node = 1; node < nodes; node++) {
            starts[node] = t;
            while (t < tokens.length && first[node] <= t && bytesOf[tokens[t]].length == depths[node]
                    && (node + 1 == nodes || first[node + 1] > t)) {
                t++;
            }
        }
        starts[nodes] = t;
        size = nodes;
        nodeByte = Arrays.copyOf(nodeBytes, nodes);
        depth = Arrays.copyOf(depths, nodes);
        subtreeEnd = Arrays.copyOf(ends, nodes);
        firstToken = starts;
        maxDepth = deepest;
    }

    Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Bytes that are a token of their own. */
    BitSet spellable() {
        return spellable;
    }

    /** All tokens that stand for text. */
    public BitSet textTokens() {
        return (BitSet) textTokens.clone();
    }

    public byte[] bytes(int id) {
        return bytesOf[id];
    }

    public int vocabularySize() {
        return bytesOf.length;
    }

    /** The fewest tokens that spell {@code bytes}; null when none do. */
    int[] spell(byte[] bytes) {
        int[] cost = new int[bytes.length + 1];
        int[] token = new int[bytes.length];
        Arrays.fill(cost, Integer.MAX_VALUE);
        cost[bytes.length] = 0;
        for (int from = bytes.length - 1; from >= 0; from--) {
            int node = 0;
            for (int to = from; to < bytes.length; to++) {
                node = child(node, bytes[to]);
                if (node < 0) {
                    break;
                }
                if (firstToken[node] < firstToken[node + 1] && cost[to + 1] != Integer.MAX_VALUE
                        && cost[to + 1] + 1 <= cost[from]) {
                    cost[from] = cost[to + 1] + 1;
                    token[from] = tokens[firstToken[node]];
                }
            }
        }
        if (cost[0] == Integer.MAX_VALUE) {
            return null;
        }
        int[] spelled = new int[cost[0]];
        int at = 0;
        for (int i = 0; i < spelled.length; i++) {
            spelled[i] = token[at];
            at += bytesOf[token[at]].length;
        }
        return spelled;
    }

    private int child(int node, byte b) {
        for (int child = node + 1; child < subtreeEnd[node]; child = subtreeEnd[child]) {
            if (nodeByte[child] == b) {
                return child;
            }
        }
        return -1;
    }
}
