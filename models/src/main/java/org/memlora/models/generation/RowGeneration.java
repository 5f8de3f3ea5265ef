package org.memlora.models.generation;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.generation.GenerationStats.Work;
import org.memlora.models.grammar.TokenMasks;
import org.memlora.models.grammar.TokenTrie;
import org.memlora.models.transformer.TransformerExecutor;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

/**
 * One request on its way through the queue and a row. Threading: confined to the scheduler's thread, but for
 * {@link #future} and what is final.
 */
final class RowGeneration {

    private static final int[] ALL = new int[0];
    /** A draft of which nothing was right doubles the pause before the next, up to so many calls. */
    private static final int LONGEST_PAUSE = 16;

    final CompletableFuture<Completion> future = new CompletableFuture<>();
    final String expert;
    final String tenant;
    private final int[] prompt;
    private final GenerationRequest request;
    /** Under the queue's lock. */
    boolean waits;
    private GuidedText text;
    private boolean started;
    private int cached;
    /** Tokens in the row's cache. */
    private int fed;
    private int saveAt;
    private GuidedText.Draft draft = GuidedText.Draft.NONE;
    private int pause;
    private int nextPause = 1;
    private int drafted;
    private int accepted;
    private long prefillNanos;
    private long decodeNanos;

    RowGeneration(int[] prompt, GenerationRequest request) {
        this.prompt = prompt.clone();
        this.request = request;
        this.expert = request.expert();
        this.tenant = request.tenant();
    }

    /** Takes a row; fails when the grammar can't be met within the token limit. */
    void place(TokenTrie trie, TokenMasks masks, int[] stops, int contextTokens) {
        text = new GuidedText(prompt, request.grammar(), request.options(), trie, masks, stops, contextTokens);
    }

    /** The row's cache holds the first {@code tokens} of the prompt. */
    void startAt(int tokens) {
        started = true;
        cached = tokens;
        fed = tokens;
    }

    boolean isStarted() {
        return started;
    }

    boolean isFinished() {
        return text.isFinished();
    }

    boolean isPrefilling() {
        return fed < prompt.length;
    }

    int promptTokens() {
        return prompt.length;
    }

    int fed() {
        return fed;
    }

    /** Not to be changed. */
    int[] prompt() {
        return prompt;
    }

    /** Of the prompt's first tokens, how many are the same as those of {@code other}. */
    int common(int[] other) {
        int different = Arrays.mismatch(prompt, other);
        return different < 0 ? prompt.length : different;
    }

    /** Asks for a copy of the first {@code tokens} once the row's cache holds them; of several wishes the shortest counts. */
    void wantSaved(int tokens) {
        saveAt = saveAt == 0 ? tokens : Math.min(saveAt, tokens);
    }

    /** What {@link #wantSaved} asked for, once, when it is there; else 0. */
    int takeSave() {
        int tokens = saveAt > 0 && fed >= saveAt ? saveAt : 0;
        saveAt = tokens > 0 ? 0 : saveAt;
        return tokens;
    }

    /**
     * The next tokens to feed.
     *
     * @param most of the text's tokens
     * @param draftTokens of a guess behind them
     * @param chooses whether the model may choose among many tokens; guesses can't be checked then
     */
    RowInput next(int row, int most, int draftTokens, int vocabularySize, boolean chooses) {
        int end = Math.min(text.length(), fed + most);
        draft = GuidedText.Draft.NONE;
        if (end < text.length()) {
            return new RowInput(row, fed, text.tokens(fed, end), expert, 0, ALL);
        }
        int[] candidates = text.candidates(vocabularySize);
        int[] tokens = text.tokens(fed, end);
        if (candidates.length == 0 && chooses && text.isGreedy()) {
            return new RowInput(row, fed, tokens, expert, 1, text.allCandidates(vocabularySize), true);
        }
        if (candidates.length > 0 || draftTokens == 0 || isPrefilling() || --pause > 0) {
            return new RowInput(row, fed, tokens, expert, 1, candidates);
        }
        draft = text.draft(draftTokens);
        int guessed = draft.tokens().length;
        int[] all = Arrays.copyOf(tokens, tokens.length + guessed);
        System.arraycopy(draft.tokens(), 0, all, tokens.length, guessed);
        return new RowInput(row, fed, all, expert, 1 + guessed, ALL);
    }

    /**
     * Takes note of a forward call.
     *
     * @param nanos this row's share of its time
     * @param scratch room for one logit per token of the vocabulary
     */
    void fed(RowInput input, float[][] logits, long nanos, float[] scratch) {
        prefillNanos += isPrefilling() ? nanos : 0;
        decodeNanos += isPrefilling() ? 0 : nanos;
        int before = text.length();
        int end = fed + input.tokens().length;
        int firstWanted = end - input.logits();
        // Each turn appends tokens; as long as they are those of the draft, the logits after them are at hand.
        while (input.logits() > 0 && !text.isFinished() && text.length() <= end
                && text.common(fed, input.tokens()) >= text.length() - fed) {
            float[] row = logits[text.length() - 1 - firstWanted];
            if (input.choice()) {
                text.advance((int) row[0], row[1]);
            } else {
                text.advance(input.candidates().length == 0 ? row : spread(row, input.candidates(), scratch));
            }
        }
        fed += text.common(fed, input.tokens());
        rate(Math.max(0, Math.min(fed, end) - before));
    }

    private static float[] spread(float[] few, int[] candidates, float[] scratch) {
        for (int i = 0; i < few.length; i++) {
            scratch[candidates[i]] = few[i];
        }
        return scratch;
    }

    /** Learns from a draft, whose first {@code right} tokens the text took over, how soon to try the next. */
    private void rate(int right) {
        if (draft.guessed() == 0) {
            return;
        }
        drafted += draft.guessed();
        accepted += draft.guessed(right);
        nextPause = right > 0 ? 1 : Math.min(LONGEST_PAUSE, 2 * nextPause);
        pause = nextPause;
    }

    Completion completion() {
        return new Completion(text.text(), text.finish(), prompt.length, cached, text.generated(), prefillNanos, decodeNanos,
                text.confidence(), Optional.empty());
    }

    Completion failed(String error) {
        return new Completion("", FinishReason.FAILED, prompt.length, cached, text == null ? 0 : text.generated(), prefillNanos,
                decodeNanos, 1, Optional.of(error));
    }

    /** For the statistics, when the request has ended. */
    Work work(boolean failed, boolean cancelled) {
        int generated = text == null ? 0 : text.generated();
        return new Work(1, failed ? 1 : 0, cancelled ? 1 : 0, prompt.length, cached, generated, text == null ? 0 : text.forced(),
                drafted, accepted, prefillNanos, decodeNanos);
    }
}
