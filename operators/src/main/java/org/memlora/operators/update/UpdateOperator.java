package org.memlora.operators.update;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageModel;
import org.memlora.operators.StageUsage;
import org.memlora.operators.extraction.Fact;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.MemoryBank;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.operators.memory.Words;

/**
 * Stage 2: facts against the most similar memories of their bank (paper, section 3.1). Facts of one bank are applied
 * one after the other, each sees the changes before it; each round takes one fact of every bank into one model call.
 * Threading: may be called by all threads, with different banks.
 */
public final class UpdateOperator {

    private static final int DECISION_TOKENS = 8;
    private static final String MODEL = "model";
    /** The model's next best after a DELETE that it was not sure of. */
    private static final String UNSURE_DELETE = "unsure-delete";

    private final StageModel model;
    private final TextEmbedder embedder;
    private final MemoryRetriever retriever;
    private final OperatorSettings settings;
    private final UpdateDecisions decisions;

    public UpdateOperator(LanguageModel model, TextEmbedder embedder, OperatorSettings settings) {
        this.model = new StageModel(model, Stage.UPDATE);
        this.embedder = embedder;
        this.retriever = new MemoryRetriever(embedder);
        this.settings = settings;
        this.decisions = new UpdateDecisions(settings.deleteConfidence());
    }

    /** Applies the facts to their banks; one result per entry, in order. Each bank may stand in one entry only. */
    public List<UpdateResult> update(List<BankFacts> perBank) {
        List<BankProgress> all = embedded(perBank);
        for (int round = 0; ; round++) {
            int position = round;
            List<BankProgress> open = all.stream().filter(progress -> progress.facts.size() > position).toList();
            if (open.isEmpty()) {
                return all.stream().map(p -> new UpdateResult(p.changes, p.usage, p.failures)).toList();
            }
            decide(open.stream().map(progress -> pending(progress, position)).toList());
        }
    }

    private static final class BankProgress {
        final MemoryBank bank;
        final List<Fact> facts;
        final List<FactVectors> vectors;
        final List<MemoryChange> changes = new ArrayList<>();
        final List<StageFailure> failures = new ArrayList<>();
        StageUsage usage = StageUsage.NONE;

        BankProgress(MemoryBank bank, List<Fact> facts, List<FactVectors> vectors) {
            this.bank = bank;
            this.facts = facts;
            this.vectors = vectors;
        }
    }

    private record Pending(BankProgress progress, Fact fact, FactVectors vectors, List<Memory> candidates) { }

    private List<BankProgress> embedded(List<BankFacts> perBank) {
        List<FactVectors> vectors = vectors(perBank.stream().flatMap(entry -> entry.facts().stream()).toList());
        List<BankProgress> all = new ArrayList<>();
        Set<String> bankIds = new HashSet<>();
        int from = 0;
        for (BankFacts entry : perBank) {
            if (!bankIds.add(entry.bank().bankId())) {
                throw new IllegalArgumentException("bank " + entry.bank().bankId() + " stands in two entries: "
                        + "its facts would be decided at once, without seeing each other");
            }
            int to = from + entry.facts().size();
            all.add(new BankProgress(entry.bank(), entry.facts(), vectors.subList(from, to)));
            from = to;
        }
        return all;
    }

    /** In one call; the exchange of several facts is embedded once. */
    private List<FactVectors> vectors(List<Fact> facts) {
        List<String> texts = facts.stream().flatMap(fact -> Stream.of(fact.text(), fact.said())).distinct().toList();
        List<float[]> embedded = texts.isEmpty() ? List.of() : embedder.embed(texts);
        Map<String, float[]> byText = new HashMap<>();
        for (int i = 0; i < texts.size(); i++) {
            byText.put(texts.get(i), embedded.get(i));
        }
        return facts.stream().map(fact -> new FactVectors(byText.get(fact.text()), byText.get(fact.said()))).toList();
    }

    private Pending pending(BankProgress progress, int position) {
        FactVectors vectors = progress.vectors.get(position);
        List<Memory> candidates = retriever
                .similar(progress.bank, vectors.fact(), settings.similarityThreshold(), settings.updateCandidates())
                .stream().map(ScoredMemory::memory).toList();
        return new Pending(progress, progress.facts.get(position), vectors, candidates);
    }

    private void decide(List<Pending> round) {
        List<Pending> undecided = round.stream().filter(pending -> !decidedByRule(pending)).toList();
        List<GenerationRequest> requests = undecided.stream().map(pending -> model.request(
                pending.progress.bank.bankId(), UpdatePrompt.messages(pending.fact, pending.candidates, model.hasExpert()),
                UpdatePrompt.grammar(pending.candidates.size()), DECISION_TOKENS)).toList();
        List<UpdateDecisions.Decided> decided = decisions.decide(model::run, requests, undecided.stream().map(pending -> pending.candidates.size()).toList());
        for (int i = 0; i < undecided.size(); i++) {
            BankProgress progress = undecided.get(i).progress;
            progress.usage = progress.usage.plus(decided.get(i).usage());
            progress.changes.add(apply(undecided.get(i), decided.get(i)));
        }
    }

    /** Rules that need no model: a replayed fact is NONE, the same words again are NONE (mem0#1674: never a DELETE), nothing similar is ADD. */
    private static boolean decidedByRule(Pending pending) {
        BankProgress progress = pending.progress;
        Optional<Memory> replayed = progress.bank.get(pending.fact.id());
        if (replayed.isPresent()) {
            progress.changes.add(MemoryEditor.none(progress.bank, pending.fact, replayed.get(), "same-fact"));
            return true;
        }
        String saying = Words.saying(pending.fact.text());
        for (Memory candidate : pending.candidates) {
            if (Words.saying(candidate.text()).equals(saying)) {
                progress.changes.add(MemoryEditor.none(progress.bank, pending.fact, candidate, "same-text"));
                return true;
            }
        }
        if (pending.candidates.isEmpty()) {
            progress.changes.add(MemoryEditor.add(progress.bank, pending.fact, pending.vectors, "no-similar-memory"));
            return true;
        }
        return false;
    }

    private static MemoryChange apply(Pending pending, UpdateDecisions.Decided decided) {
        Completion completion = decided.completion();
        MemoryBank bank = pending.progress.bank;
        if (completion.finishReason() == FinishReason.FAILED) {
            pending.progress.failures.add(new StageFailure(Stage.UPDATE, "MODEL_FAILED: the fact was added undecided; "
                    + completion.error().orElse("no reason given"), completion.text(), pending.fact.sourceEventIds()));
            return MemoryEditor.add(bank, pending.fact, pending.vectors, "model-failed");
        }
        UpdatePrompt.Decision decision = UpdatePrompt.parse(completion.text());
        String decidedBy = decided.unsureDelete() ? UNSURE_DELETE : MODEL;
        return switch (decision.operation()) {
            case ADD -> MemoryEditor.add(bank, pending.fact, pending.vectors, decidedBy);
            case NONE -> MemoryEditor.none(bank, pending.fact, pending.candidates.get(decision.candidate()), decidedBy);
            case UPDATE, DELETE -> MemoryEditor.replace(decision.operation(), bank, pending.fact, pending.vectors,
                    pending.candidates.get(decision.candidate()), decidedBy);
        };
    }
}
