package org.memlora.operators.update;

import java.util.ArrayList;
import java.util.List;
import org.memlora.models.ChatMessage;
import org.memlora.models.grammar.Grammar;
import org.memlora.operators.extraction.Fact;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.Words;

/**
 * Prompt, grammar and parser of update. Output: {@code ADD}, or {@code NONE n}, {@code UPDATE n}, {@code DELETE n}
 * with the number of a memory shown; other numbers are outside the grammar.
 */
public final class UpdatePrompt {

    private static final String EXPERT_INSTRUCTION = "Decide what the new fact does to the old memories: ADD, NONE n, UPDATE n or DELETE n.";

    private static final String BASE_INSTRUCTION = """
            You keep a memory of facts. Compare the new fact with the old memories and answer with one operation.
            ADD: it is new information.
            NONE n: memory n already says it.
            UPDATE n: it is a newer or fuller version of memory n about the same thing.
            DELETE n: it says that memory n is no longer true.
            Example: old memory 1. Ana lives in Rome. New fact: Ana moved to Oslo. Answer: UPDATE 1
            Example: old memory 1. Ana has a cat. New fact: Ana has a brother. Answer: ADD
            Example: old memory 1. Ana likes tea. New fact: Ana enjoys tea. Answer: NONE 1""";

    /** What the model decided; {@code candidate} is an index into the memories shown, -1 for ADD. */
    record Decision(MemoryOperation operation, int candidate) { }

    private UpdatePrompt() { }

    /** @param expert whether the stage's expert reads it: the short instruction then */
    public static List<ChatMessage> messages(Fact fact, List<Memory> candidates, boolean expert) {
        StringBuilder text = new StringBuilder("Old memories:\n");
        for (int i = 0; i < candidates.size(); i++) {
            text.append(i + 1).append(". ").append(Words.oneLine(candidates.get(i).text())).append('\n');
        }
        text.append("New fact: ").append(Words.oneLine(fact.text()));
        return List.of(ChatMessage.system(expert ? EXPERT_INSTRUCTION : BASE_INSTRUCTION), ChatMessage.user(text.toString()));
    }

    /** @param candidates memories shown */
    public static Grammar grammar(int candidates) {
        return grammar(candidates, List.of(MemoryOperation.NONE, MemoryOperation.UPDATE, MemoryOperation.DELETE));
    }

    /** The same without DELETE. */
    static Grammar sparing(int candidates) {
        return grammar(candidates, List.of(MemoryOperation.NONE, MemoryOperation.UPDATE));
    }

    private static Grammar grammar(int candidates, List<MemoryOperation> operations) {
        List<String> outputs = new ArrayList<>(List.of(MemoryOperation.ADD.name()));
        for (int number = 1; number <= candidates; number++) {
            for (MemoryOperation operation : operations) {
                outputs.add(operation + " " + number);
            }
        }
        return Grammar.choice(outputs);
    }

    /** The decision in an output of {@link #grammar}. */
    static Decision parse(String output) {
        String[] words = output.split(" ");
        MemoryOperation operation = MemoryOperation.valueOf(words[0]);
        return new Decision(operation, operation == MemoryOperation.ADD ? -1 : Integer.parseInt(words[1]) - 1);
    }
}
