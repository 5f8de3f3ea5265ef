package org.memlora.distillation.examples;

import java.util.List;
import org.memlora.models.ChatMessage;

/**
 * One line of a training set.
 *
 * @param completion the answer to learn, without the end token
 * @param eventIds events of the conversation that it rests on
 * @param source where it comes from: conversation, a slash, and the kind of example
 */
public record TrainingExample(List<ChatMessage> prompt, String completion, List<String> eventIds, String source) {
    public TrainingExample {
        prompt = List.copyOf(prompt);
        eventIds = List.copyOf(eventIds);
        if (prompt.isEmpty() || completion.isBlank()) {
            throw new IllegalArgumentException("an example of " + source + " has " + prompt.size() + " messages and the completion \""
                    + completion + "\", expected at least one message and a text");
        }
    }

    /** E.g. update/DELETE. */
    public String kind() {
        return source.substring(source.indexOf('/') + 1);
    }
}
