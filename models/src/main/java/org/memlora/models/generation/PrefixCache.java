package org.memlora.models.generation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.memlora.models.transformer.TransformerExecutor;
import org.memlora.models.transformer.TransformerExecutor.KeyValuePrefix;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys and values of the first tokens that prompts of one expert have in common: found by comparing each prompt with the
 * last ones, saved when a row has run them, restored instead of run again. The prefix used longest ago is dropped.
 * A prefix that can't be saved or restored costs time only: the prompt is then run whole.
 * Threading: confined to the scheduler's thread.
 */
final class PrefixCache implements AutoCloseable {

    /** Fewer tokens are run as fast as they are copied. */
    static final int LEAST_TOKENS = 8;
    /** For so many tokens more a row waits until an earlier row has run them. */
    private static final int WORTH_WAITING = 16;
    /** Prompts of an expert that a new one is compared with. */
    private static final int RECENT = 8;
    private static final Logger LOG = LoggerFactory.getLogger(PrefixCache.class);

    private record Saved(String expert, int[] tokens, KeyValuePrefix keysAndValues) { }

    private final TransformerExecutor executor;
    private final int most;
    private final long mostBytes;
    private final GenerationMeter meter;
    /** The one used longest ago comes first. */
    private final List<Saved> kept = new ArrayList<>();
    private final Map<String, ArrayDeque<int[]>> recent = new HashMap<>();
    private boolean off;
    /** Longer ones take more than all may. */
    private int mostTokens = Integer.MAX_VALUE;
    private long hits;
    private long saves;
    private long bytes;

    PrefixCache(TransformerExecutor executor, BatcherSettings settings, GenerationMeter meter) {
        this.executor = executor;
        this.most = settings.prefixes();
        this.mostBytes = settings.prefixBytes();
        this.meter = meter;
        this.off = most == 0;
    }

    /**
     * Gives a row its start: the longest prefix that is kept, or nothing. At least one token of the prompt is left to feed.
     *
     * @param earlier requests that got their rows before and are still in their prompts
     * @return false if the row shall wait for a call, in which one of the earlier runs what both have in common
     */
    boolean begin(int row, RowGeneration request, List<RowGeneration> earlier) {
        if (off) {
            request.startAt(0);
            return true;
        }
        Saved longest = longest(request);
        int atHand = longest == null ? 0 : longest.tokens.length;
        for (RowGeneration other : earlier) {
            int common = other.expert.equals(request.expert) ? common(other.prompt(), request) : 0;
            if (common - atHand >= WORTH_WAITING) {
                other.wantSaved(common);
                return false;
            }
        }
        ArrayDeque<int[]> last = recent.computeIfAbsent(request.expert, expert -> new ArrayDeque<>());
        int common = last.stream().mapToInt(other -> common(other, request)).max().orElse(0);
        if (common - atHand >= LEAST_TOKENS) {
            request.wantSaved(common);
        }
        last.addLast(request.prompt());
        if (last.size() > RECENT) {
            last.removeFirst();
        }
        request.startAt(longest != null && restore(longest, row) ? atHand : 0);
        return true;
    }

    /** Saves what was asked for, if the row's cache holds it by now. */
    void fed(int row, RowGeneration request) {
        int tokens = request.takeSave();
        if (tokens == 0 || off || isKept(request, tokens)) {
            return;
        }
        KeyValuePrefix prefix;
        try {
            prefix = executor.savePrefix(row, tokens);
        } catch (RuntimeException e) {
            LOG.warn("A prefix of {} tokens could not be saved, prompts are run whole from now on", tokens, e);
            off = true;
            return;
        }
        if (prefix.bytes() > mostBytes) {
            mostTokens = (int) (tokens * mostBytes / prefix.bytes());
            LOG.warn("A prefix of {} tokens takes {} bytes, at most {} are allowed for all: of what prompts have in common {} tokens are kept from now on",
                    tokens, prefix.bytes(), mostBytes, mostTokens);
            prefix.close();
            return;
        }
        kept.add(new Saved(request.expert, Arrays.copyOf(request.prompt(), tokens), prefix));
        saves++;
        bytes += prefix.bytes();
        while (kept.size() > most || bytes > mostBytes) {
            drop(kept.get(0));
        }
        meter.prefixes(hits, saves, bytes);
    }

    /** So many first tokens of {@code request} are the other prompt's, too, and not the whole prompt. */
    private int common(int[] other, RowGeneration request) {
        int common = Math.min(mostTokens, Math.min(request.common(other), request.promptTokens() - 1));
        return common < LEAST_TOKENS ? 0 : common;
    }

    private Saved longest(RowGeneration request) {
        Saved longest = null;
        for (Saved saved : kept) {
            if (saved.expert.equals(request.expert) && saved.tokens.length < request.promptTokens()
                    && (longest == null || saved.tokens.length > longest.tokens.length)
                    && request.common(saved.tokens) == saved.tokens.length) {
                longest = saved;
            }
        }
        return longest;
    }

    private boolean isKept(RowGeneration request, int tokens) {
        return kept.stream().anyMatch(saved -> saved.expert.equals(request.expert) && saved.tokens.length == tokens
                && request.common(saved.tokens) == tokens);
    }

    private boolean restore(Saved saved, int row) {
        try {
            executor.restorePrefix(saved.keysAndValues, row);
        } catch (RuntimeException e) {
            LOG.warn("A prefix of {} tokens could not be restored, the prompt is run whole", saved.tokens.length, e);
            drop(saved);
            return false;
        }
        kept.remove(saved);
        kept.add(saved);
        hits++;
        meter.prefixes(hits, saves, bytes);
        return true;
    }

    private void drop(Saved saved) {
        kept.remove(saved);
        bytes -= saved.keysAndValues.bytes();
        saved.keysAndValues.close();
    }

    @Override
    public void close() {
        while (!kept.isEmpty()) {
            drop(kept.get(0));
        }
        off = true;
        meter.prefixes(hits, saves, bytes);
    }
}
