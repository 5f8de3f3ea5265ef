package org.memlora.evaluation.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.memlora.models.LanguageModel;
import org.memlora.models.embedding.CachedTextEmbedder;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.Stage;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;
import org.memlora.operators.extraction.ExtractionOperator;
import org.memlora.operators.extraction.ExtractionResult;
import org.memlora.operators.generation.GenerationOperator;
import org.memlora.operators.generation.QuestionContext;
import org.memlora.operators.memory.InMemoryBank;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.operators.update.BankFacts;
import org.memlora.operators.update.UpdateOperator;
import org.memlora.topology.serving.StageMeter;

/** The pipeline's own stages: each call is one micro-batch, as the graph makes it. Threading: groups of different banks in parallel. */
final class StageOperators implements MemorySystem {

    private static final int CACHED_EMBEDDINGS = 10_000;

    private final ExtractionOperator extraction;
    private final UpdateOperator update;
    private final GenerationOperator generation;
    private final MemoryRetriever retriever;
    private final TextEmbedder embedder;
    private final Map<String, InMemoryBank> banks = new ConcurrentHashMap<>();

    StageOperators(LanguageModel model, TextEmbedder embedder, StageMeter meter) {
        TextEmbedder cached = new CachedTextEmbedder(embedder, CACHED_EMBEDDINGS);
        this.embedder = cached;
        OperatorSettings settings = OperatorSettings.DEFAULT;
        extraction = new ExtractionOperator(meter.of(Stage.EXTRACTION, model), settings);
        update = new UpdateOperator(meter.of(Stage.UPDATE, model), cached, settings);
        generation = new GenerationOperator(meter.of(Stage.GENERATION, model), settings);
        retriever = new MemoryRetriever(cached);
    }

    @Override
    public void remember(List<Exchange> exchanges) {
        List<BankFacts> facts = new ArrayList<>();
        for (ExtractionResult result : extraction.extract(exchanges)) {
            if (!result.facts().isEmpty()) {
                facts.add(new BankFacts(bank(result.exchange().bankId()), result.facts()));
            }
        }
        update.update(facts);
    }

    @Override
    public void fill(Workload.Bank bank) {
        List<DialogueTurn> turns = bank.fillingTurns();
        List<float[]> vectors = embedder.embed(turns.stream().map(Workload::line).toList());
        for (int i = 0; i < turns.size(); i++) {
            DialogueTurn turn = turns.get(i);
            bank(bank.id()).put(new Memory("turn-" + turn.eventId(), Workload.line(turn), turn.time(), Optional.empty(), Optional.empty(),
                    List.of(turn.eventId()), Optional.empty(), Optional.empty(), vectors.get(i)));
        }
    }

    @Override
    public int answer(List<Asked> questions) {
        List<QuestionContext> contexts = new ArrayList<>();
        for (Asked asked : questions) {
            List<ScoredMemory> memories = retriever.retrieve(bank(asked.bankId()), asked.question().text(), QuestionContext.USUALLY_READ);
            if (!memories.isEmpty()) {
                contexts.add(new QuestionContext(asked.bankId(), asked.question().eventId(), asked.question().text(),
                        asked.question().time(), memories, QuestionContext.USUALLY_TOLD));
            }
        }
        if (!contexts.isEmpty()) {
            generation.answer(contexts);
        }
        return contexts.size();
    }

    private InMemoryBank bank(String id) {
        return banks.computeIfAbsent(id, InMemoryBank::new);
    }
}
