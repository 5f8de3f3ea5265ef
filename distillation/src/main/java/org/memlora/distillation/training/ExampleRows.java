package org.memlora.distillation.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.models.ChatMessage;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.models.transformer.TrainableTransformer.Row;

/** Examples as tokens: the prompt in the base's chat template, the completion, the token that ends an answer. */
public final class ExampleRows {
    private final Tokenizer tokenizer;
    private final int end;
    private final int contextTokens;

    /** @param contextTokens longest row that is used */
    public ExampleRows(Tokenizer tokenizer, int contextTokens) {
        this.tokenizer = tokenizer;
        this.contextTokens = contextTokens;
        // What ends the user's message in the template ends the assistant's, too.
        this.end = Arrays.stream(tokenizer.encodeChat(List.of(ChatMessage.user("a")))).filter(tokenizer.stopTokens()::contains).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the chat template has none of the base's stop tokens " + tokenizer.stopTokens()));
    }

    public Row row(TrainingExample example) {
        return row(tokenizer.encodeChat(example.prompt()), example.completion());
    }

    /** @param prompt from the template's start to the header of the reply */
    public Row row(int[] prompt, String text) {
        int[] completion = tokenizer.encode(text);
        int[] tokens = Arrays.copyOf(prompt, prompt.length + completion.length + 1);
        System.arraycopy(completion, 0, tokens, prompt.length, completion.length);
        tokens[tokens.length - 1] = end;
        return new Row(tokens, prompt.length);
    }

    /** Without those that are too long. */
    public List<Row> rows(List<TrainingExample> examples) {
        List<Row> rows = new ArrayList<>();
        for (TrainingExample example : examples) {
            Row row = row(example);
            if (row.tokens().length <= contextTokens) {
                rows.add(row);
            }
        }
        return rows;
    }

    /** Mean tokens of the prompts, chat template included. */
    public static double meanPromptTokens(List<Row> rows) {
        return rows.stream().mapToInt(Row::completionStart).average().orElse(0);
    }
}
