package org.memlora.evaluation.health;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.memlora.evaluation.metrics.Rouge1;
import org.memlora.evaluation.questions.EvaluatedConversation;
import org.memlora.evaluation.questions.EvaluationData;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.memory.Words;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.OperationKind;
import org.memlora.topology.client.BankView;

/**
 * How clean the memory of the evaluated conversations is.
 *
 * @param memories that stand at the end
 * @param duplicatesLeft share of them that say what an earlier one says: the same words, or a cosine of at least
 *     {@value #SAME} of MiniLM
 * @param junkRate share of the facts stored that come from turns in which the data note nothing: no observation of a
 *     large model and no evidence of a question, asked here or not; null where the data have no observations
 * @param observationRecall ROUGE-1 recall of each observation in the facts drawn from the turns it rests on, mean over all
 *     observations; null likewise
 */
public record MemoryCleanness(int memories, double duplicatesLeft, Double junkRate, Double observationRecall) {

    static final double SAME = 0.92;

    public static MemoryCleanness of(EvaluationData data, List<MemoryOperation> operations, TextEmbedder embedder) {
        Map<String, BankView> banks = new HashMap<>();
        operations.forEach(operation -> banks.computeIfAbsent(operation.getBankId(), id -> new BankView()).apply(operation));
        int memories = 0;
        int duplicates = 0;
        for (BankView bank : banks.values()) {
            List<String> texts = bank.valid().stream().map(BankView.Entry::text).toList();
            memories += texts.size();
            duplicates += duplicates(texts, embedder);
        }
        return new MemoryCleanness(memories, memories == 0 ? 0 : (double) duplicates / memories, junkRate(data, operations),
                observationRecall(data, operations));
    }

    private static int duplicates(List<String> texts, TextEmbedder embedder) {
        List<float[]> vectors = texts.isEmpty() ? List.of() : embedder.embed(texts);
        List<String> sayings = texts.stream().map(Words::saying).toList();
        int duplicates = 0;
        for (int i = 0; i < texts.size(); i++) {
            boolean found = false;
            for (int j = 0; j < i && !found; j++) {
                found = sayings.get(i).equals(sayings.get(j)) || TextEmbedder.cosine(vectors.get(i), vectors.get(j)) >= SAME;
            }
            duplicates += found ? 1 : 0;
        }
        return duplicates;
    }

    private static Double junkRate(EvaluationData data, List<MemoryOperation> operations) {
        int facts = 0;
        int junk = 0;
        for (EvaluatedConversation conversation : data.conversations()) {
            if (conversation.observations().isEmpty()) {
                continue;
            }
            Set<String> noted = new HashSet<>(conversation.evidence());
            conversation.observations().get().forEach(observation -> noted.addAll(observation.turnIds()));
            for (MemoryOperation operation : operations) {
                boolean stores = operation.getKind() != OperationKind.NONE && operation.getKind() != OperationKind.FORGET;
                if (stores && operation.getBankId().equals(conversation.bankId())) {
                    facts++;
                    junk += operation.getSourceEventIds().stream().noneMatch(noted::contains) ? 1 : 0;
                }
            }
        }
        return facts == 0 ? null : (double) junk / facts;
    }

    private static Double observationRecall(EvaluationData data, List<MemoryOperation> operations) {
        Map<List<String>, List<String>> facts = new HashMap<>();
        for (MemoryOperation operation : operations) {
            operation.getSourceEventIds().forEach(id ->
                    facts.computeIfAbsent(List.of(operation.getBankId(), id), key -> new ArrayList<>()).add(operation.getFactText()));
        }
        double sum = 0;
        int count = 0;
        for (EvaluatedConversation conversation : data.conversations()) {
            for (EvaluatedConversation.Observation observation : conversation.observations().orElse(List.of())) {
                Set<String> drawn = new HashSet<>();
                observation.turnIds().forEach(id -> drawn.addAll(facts.getOrDefault(List.of(conversation.bankId(), id), List.of())));
                sum += Rouge1.recall(String.join(" ", drawn), observation.text());
                count++;
            }
        }
        return count == 0 ? null : sum / count;
    }
}
