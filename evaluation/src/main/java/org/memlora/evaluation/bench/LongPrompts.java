package org.memlora.evaluation.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import org.memlora.models.ChatMessage;

/**
 * Prompts as general-purpose memory systems send them to an untrained model: instructions, rules and examples before
 * the data, JSON as output. The wording is our own; the lengths are Mem0's as the paper measured them (table A6):
 * {@value #EXTRACTION_TOKENS} tokens on average for extraction, {@value #UPDATE_TOKENS} for update, data included. Each
 * prompt is filled up to that length with further rules; the answer prompt's length is not published and is left as it is.
 */
final class LongPrompts {

    static final int EXTRACTION_TOKENS = 757;
    static final int UPDATE_TOKENS = 1735;

    private final ToIntFunction<List<ChatMessage>> promptTokens;
    private final ToIntFunction<String> textTokens;
    /** Counted once, so that the fitting costs no measured time. */
    private final Map<String, Integer> ruleTokens = new ConcurrentHashMap<>();

    /**
     * @param promptTokens counts a prompt in the base's tokens, chat template included
     * @param textTokens counts plain text
     */
    LongPrompts(ToIntFunction<List<ChatMessage>> promptTokens, ToIntFunction<String> textTokens) {
        this.promptTokens = promptTokens;
        this.textTokens = textTokens;
    }

    List<ChatMessage> extraction(String dialogue) {
        return fitted(LongPromptTexts.EXTRACTION, LongPromptTexts.EXTRACTION_RULES, "Input:\n" + dialogue + "\nOutput:", EXTRACTION_TOKENS);
    }

    /** @param memories and facts as JSON */
    List<ChatMessage> update(String memories, String facts) {
        return fitted(LongPromptTexts.UPDATE, LongPromptTexts.UPDATE_RULES,
                "Current memory:\n" + memories + "\nNewly retrieved facts:\n" + facts + "\nUpdated memory:", UPDATE_TOKENS);
    }

    List<ChatMessage> answer(String memories, String question) {
        return List.of(ChatMessage.system(LongPromptTexts.ANSWER), ChatMessage.user("Memories:\n" + memories + "\nQuestion: " + question + "\nAnswer:"));
    }

    /** Rules are added one after the other, as long as the prompt comes nearer to the target. */
    private List<ChatMessage> fitted(String instruction, List<String> rules, String data, int target) {
        List<String> parts = new ArrayList<>(List.of(instruction));
        int length = promptTokens.applyAsInt(messages(parts, data));
        for (int next = 0; length < target; next++) {
            String rule = "- " + rules.get(next % rules.size());
            int longer = length + ruleTokens.computeIfAbsent(rule, text -> textTokens.applyAsInt("\n" + text));
            if (longer - target > target - length) {
                break;
            }
            parts.add(rule);
            length = longer;
        }
        return messages(parts, data);
    }

    private static List<ChatMessage> messages(List<String> parts, String data) {
        return List.of(ChatMessage.system(String.join("\n", parts)), ChatMessage.user(data));
    }
}
