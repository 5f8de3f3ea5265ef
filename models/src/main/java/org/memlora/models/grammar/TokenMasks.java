package org.memlora.models.grammar;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Allowed tokens per grammar state for one vocabulary. A token is allowed when its bytes keep the text inside the
 * grammar and the rest can still be spelled. Masks and automata are cached, the least recently used ones dropped.
 * Threading: confined to one thread (the scheduler's).
 */
public final class TokenMasks {

    private static final int MAX_AUTOMATA = 64;
    private static final int MAX_INTERNED = 32;
    /** Ids held by all cached masks together: 64 MiB. */
    private static final long MAX_CACHED_IDS = 16L << 20;

    private final TokenTrie trie;
    private final Map<Grammar, GrammarAutomaton> automata = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Grammar, GrammarAutomaton> eldest) {
            return size() > MAX_AUTOMATA;
        }
    };
    private final LinkedHashMap<GrammarAutomaton.State, TokenMask> masks = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<TokenMask, int[]> withEnds = new WeakHashMap<>();
    /** States of a grammar often allow the same: "in a line" of the first fact and of the second. */
    private final Map<IntSequence, int[]> interned = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<IntSequence, int[]> eldest) {
            return size() > MAX_INTERNED;
        }
    };
    private long cachedIds;
    private final GrammarAutomaton.State[] path;
    private final TokenMask free;

    public TokenMasks(TokenTrie trie) {
        this.trie = trie;
        this.path = new GrammarAutomaton.State[trie.maxDepth + 1];
        this.free = TokenMask.of(trie.textTokens(), true);
    }

    /** All text tokens, for a completion without grammar. */
    public TokenMask free() {
        return free;
    }

    /** A constraint at the grammar's start. Fails when the vocabulary can't spell any text of the grammar. */
    public ConstraintState start(Grammar grammar) {
        GrammarAutomaton automaton = automata.get(grammar);
        if (automaton == null) {
            automaton = new GrammarAutomaton(grammar, trie.spellable());
            automata.put(grammar, automaton);
        }
        if (automaton.start().distance == GrammarAutomaton.UNREACHABLE) {
            throw new IllegalArgumentException("no text of the grammar can be spelled with this vocabulary");
        }
        return new ConstraintState(this, trie, automaton);
    }

    /** {@link TokenMask#candidates}: as long as it is in use, the same array for the same tokens. */
    public int[] candidates(TokenMask mask, int[] stops, int vocabularySize) {
        return withEnds.computeIfAbsent(mask,
                key -> interned.computeIfAbsent(new IntSequence(key.candidates(stops, vocabularySize)), IntSequence::values));
    }

    TokenMask mask(GrammarAutomaton automaton, GrammarAutomaton.State state) {
        TokenMask mask = masks.get(state);
        if (mask == null) {
            mask = compute(automaton, state);
            masks.put(state, mask);
            cachedIds += mask.ids().length + 32;
            var eldest = masks.entrySet().iterator();
            while (cachedIds > MAX_CACHED_IDS && masks.size() > 1) {
                cachedIds -= eldest.next().getValue().ids().length + 32;
                eldest.remove();
            }
        }
        return mask;
    }

    /** Tokens of the shortest ending. */
    int[] ending(GrammarAutomaton automaton, GrammarAutomaton.State state) {
        if (state.ending == null) {
            state.ending = trie.spell(automaton.shortestEnding(state));
        }
        return state.ending;
    }

    private TokenMask compute(GrammarAutomaton automaton, GrammarAutomaton.State state) {
        BitSet allowed = new BitSet(trie.vocabularySize());
        path[0] = state;
        int node = 1;
        while (node < trie.size) {
            int depth = trie.depth[node];
            GrammarAutomaton.State next = automaton.next(path[depth - 1], trie.nodeByte[node]);
            if (next.isDead()) {
                node = trie.subtreeEnd[node];
                continue;
            }
            path[depth] = next;
            if (next.distance != GrammarAutomaton.UNREACHABLE) {
                for (int t = trie.firstToken[node]; t < trie.firstToken[node + 1]; t++) {
                    allowed.set(trie.tokens[t]);
                }
            }
            node++;
        }
        return TokenMask.of(allowed, state.accepting);
    }
}
