package org.memlora.evaluation.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.memlora.models.ChatMessage;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.Stage;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;
import org.memlora.topology.serving.StageMeter;

/**
 * Long prompts to the untrained base, one request after the other, free JSON as output: one call per exchange for its
 * facts, one per exchange with facts for the update of the five nearest memories of each fact, one per question. Made
 * to measure cost: the update's output is paid for but not applied, each fact is added. Outputs end at the model's stop
 * token, at the latest after the mean lengths that the paper measured with an untuned 1.5B (table A7: 47 and 132 tokens).
 * Threading: one thread.
 */
final class LongPromptSystem implements MemorySystem {

    static final int EXTRACTION_LIMIT = 47;
    static final int UPDATE_LIMIT = 132;
    private static final int ANSWER_LIMIT = 48;
    private static final int NEAREST = 5;
    private static final int QUESTION_MEMORIES = 10;
    private static final Pattern JSON_STRING = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)+)\"\\s*[,\\]]");

    private record Entry(int id, String text, float[] vector, Instant time) { }

    private final Map<Stage, LanguageModel> models = new HashMap<>();
    private final LongPrompts prompts;
    private final TextEmbedder embedder;
    private final Map<String, List<Entry>> banks = new HashMap<>();

    LongPromptSystem(LanguageModel model, LongPrompts prompts, TextEmbedder embedder, StageMeter meter) {
        RandomExperts.STAGES.forEach(stage -> models.put(stage, meter.of(stage, model)));
        this.prompts = prompts;
        this.embedder = embedder;
    }

    @Override
    public void remember(List<Exchange> exchanges) {
        exchanges.forEach(this::remember);
    }

    private void remember(Exchange exchange) {
        StringBuilder dialogue = new StringBuilder();
        for (DialogueTurn turn : exchange.turns()) {
            dialogue.append(turn.speaker()).append(": ").append(turn.text())
                    .append(turn.pictureDescription().map(text -> " [shares a picture: " + text + "]").orElse("")).append('\n');
        }
        List<String> facts = facts(run(Stage.EXTRACTION, prompts.extraction(dialogue.toString().strip()), EXTRACTION_LIMIT));
        if (facts.isEmpty()) {
            return;
        }
        List<Entry> memories = banks.computeIfAbsent(exchange.bankId(), id -> new ArrayList<>());
        List<float[]> vectors = embedder.embed(facts);
        Set<Entry> nearest = new LinkedHashSet<>();
        vectors.forEach(vector -> nearest.addAll(nearest(memories, vector, NEAREST)));
        run(Stage.UPDATE, prompts.update(json(nearest), strings(facts)), UPDATE_LIMIT);
        for (int i = 0; i < facts.size(); i++) {
            memories.add(new Entry(memories.size(), facts.get(i), vectors.get(i), exchange.turns().get(0).time()));
        }
    }

    @Override
    public void fill(Workload.Bank bank) {
        List<Entry> memories = banks.computeIfAbsent(bank.id(), id -> new ArrayList<>());
        List<DialogueTurn> turns = bank.fillingTurns();
        List<float[]> vectors = embedder.embed(turns.stream().map(Workload::line).toList());
        for (int i = 0; i < turns.size(); i++) {
            memories.add(new Entry(memories.size(), Workload.line(turns.get(i)), vectors.get(i), turns.get(i).time()));
        }
    }

    @Override
    public int answer(List<Asked> questions) {
        for (Asked asked : questions) {
            float[] vector = embedder.embed(List.of(asked.question().text())).get(0);
            StringBuilder memories = new StringBuilder();
            nearest(banks.getOrDefault(asked.bankId(), List.of()), vector, QUESTION_MEMORIES)
                    .forEach(entry -> memories.append(entry.time()).append(": ").append(entry.text()).append('\n'));
            run(Stage.GENERATION, prompts.answer(memories.toString(), asked.question().text()), ANSWER_LIMIT);
        }
        return questions.size();
    }

    private String run(Stage stage, List<ChatMessage> prompt, int limit) {
        return models.get(stage).generate(List.of(new GenerationRequest(prompt, GenerationRequest.BASE, Optional.empty(),
                GenerationOptions.greedy(limit)))).get(0).text();
    }

    /** The strings of the list "facts", also of one that was cut off. */
    static List<String> facts(String output) {
        int list = output.indexOf('[');
        List<String> facts = new ArrayList<>();
        if (list >= 0) {
            Matcher matcher = JSON_STRING.matcher(output.substring(list));
            while (matcher.find()) {
                String fact = matcher.group(1).strip();
                if (!fact.isEmpty()) {
                    facts.add(fact);
                }
            }
        }
        return facts;
    }

    private static List<Entry> nearest(List<Entry> memories, float[] vector, int count) {
        return memories.stream().sorted(Comparator.comparingDouble((Entry entry) -> -TextEmbedder.cosine(entry.vector, vector))).limit(count).toList();
    }

    private static String json(Set<Entry> entries) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        entries.forEach(entry -> list.addObject().put("id", String.valueOf(entry.id)).put("text", entry.text));
        return list.toString();
    }

    private static String strings(List<String> texts) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        texts.forEach(list::add);
        return list.toString();
    }
}
