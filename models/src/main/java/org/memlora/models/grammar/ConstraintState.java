package org.memlora.models.grammar;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** How far one row's completion is inside its grammar. Threading: confined to the thread of its {@link TokenMasks}. */
public final class ConstraintState {

    private static final int LONGEST_RUN = 1024;

    private final TokenMasks masks;
    private final TokenTrie trie;
    private final GrammarAutomaton automaton;
    private GrammarAutomaton.State state;

    ConstraintState(TokenMasks masks, TokenTrie trie, GrammarAutomaton automaton) {
        this.masks = masks;
        this.trie = trie;
        this.automaton = automaton;
        this.state = automaton.start();
    }

    /** A state of its own at the same place, to look ahead. */
    public ConstraintState fork() {
        ConstraintState fork = new ConstraintState(masks, trie, automaton);
        fork.state = state;
        return fork;
    }

    /** Tokens that may come next. */
    public TokenMask mask() {
        return masks.mask(automaton, state);
    }

    public boolean accepting() {
        return state.accepting;
    }

    /** The grammar's end: nothing but the end can follow. */
    public boolean isFinished() {
        return state.isFinal() || state.accepting && mask().ids().length == 0;
    }

    public void accept(int token) {
        GrammarAutomaton.State next = automaton.run(state, trie.bytes(token));
        if (next.isDead()) {
            throw new IllegalArgumentException("token " + token + " leaves the grammar");
        }
        state = next;
    }

    /** Whether the text can be brought to an end with {@code left} more tokens. */
    public boolean canEndWithin(int left) {
        return fits(state, left);
    }

    /** Whether, after {@code token}, the text can be brought to an end with {@code left} more tokens. */
    public boolean canEndAfter(int token, int left) {
        return fits(automaton.run(state, trie.bytes(token)), left);
    }

    private boolean fits(GrammarAutomaton.State at, int left) {
        return at.distance <= left
                || at.distance != GrammarAutomaton.UNREACHABLE && masks.ending(automaton, at).length <= left;
    }

    /** Tokens of the shortest ending from here. */
    public int[] ending() {
        return masks.ending(automaton, state);
    }

    /**
     * Tokens that must come next, so need no sampling: a literal run in its canonical tokenisation, or the only token
     * allowed. The run's last token is left to sampling where a longer token could take its place (" User" for " "),
     * so that the text after a literal is tokenised as in training. Empty when there is a choice.
     */
    public int[] forced() {
        if (automaton.onlyByte(state) < 0) {
            return onlyToken();
        }
        byte[] run = new byte[LONGEST_RUN];
        int length = 0;
        GrammarAutomaton.State at = state;
        for (int b = automaton.onlyByte(at); b >= 0 && length < LONGEST_RUN; b = automaton.onlyByte(at)) {
            run[length++] = (byte) b;
            at = automaton.next(at, b);
        }
        int[] tokens = tokenise(Arrays.copyOf(run, length));
        if (tokens == null || tokens.length == 0) {
            return onlyToken();
        }
        if (at.isFinal()) {
            return tokens;
        }
        int last = tokens.length - 1;
        GrammarAutomaton.State beforeLast = state;
        for (int i = 0; i < last; i++) {
            beforeLast = automaton.run(beforeLast, trie.bytes(tokens[i]));
        }
        int lastLength = trie.bytes(tokens[last]).length;
        boolean replaceable = masks.mask(automaton, beforeLast).stream().anyMatch(id -> trie.bytes(id).length > lastLength);
        if (!replaceable) {
            return tokens;
        }
        return last == 0 ? onlyToken() : Arrays.copyOf(tokens, last);
    }

    private int[] onlyToken() {
        if (state.accepting) {
            return new int[0];
        }
        int[] allowed = mask().ids();
        return allowed.length == 1 ? allowed.clone() : new int[0];
    }

    private int[] tokenise(byte[] run) {
        try {
            int[] tokens = trie.tokenizer().encode(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(run)).toString());
            if (isSpelledBy(run, tokens)) {
                return tokens;
            }
        } catch (CharacterCodingException e) {
            // The run begins or ends inside a character: no text, so no canonical tokenisation.
        }
        return trie.spell(run);
    }

    private boolean isSpelledBy(byte[] run, int[] tokens) {
        int at = 0;
        GrammarAutomaton.State reached = state;
        for (int token : tokens) {
            byte[] bytes = trie.bytes(token);
            int end = at + bytes.length;
            if (bytes.length == 0 || end > run.length || !Arrays.equals(bytes, 0, bytes.length, run, at, end)) {
                return false;
            }
            at = end;
            reached = automaton.run(reached, bytes);
            if (reached.distance == GrammarAutomaton.UNREACHABLE) {
                return false;
            }
        }
        return at == run.length;
    }
}
