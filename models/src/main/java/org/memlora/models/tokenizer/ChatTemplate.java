package org.memlora.models.tokenizer;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.memlora.models.ChatMessage;
import org.memlora.models.ChatMessage.Role;

/** The chat formats that are known. Control tokens come from the template only, never from a message's content. */
sealed interface ChatTemplate {

    int[] NO_PICTURE = {};

    /** Takes the prompt in order; the text between two control tokens comes in one piece. */
    interface Sink {
        void control(int id);

        void text(String text);
    }

    /**
     * Writes the messages and the header of the assistant's reply.
     *
     * @param picture tokens of a picture that starts the last message; empty = no picture
     */
    void render(List<ChatMessage> messages, int[] picture, Sink sink);

    private static void pictureOf(int[] picture, Sink sink) {
        for (int token : picture) {
            sink.control(token);
        }
    }

    /** ChatML (SmolLM2, Qwen2.5): the default system message is put first if the first message is none. */
    record ChatMl(int start, int end, Optional<String> defaultSystem) implements ChatTemplate {
        private static final Pattern DEFAULT_SYSTEM =
                Pattern.compile("<\\|im_start\\|>system(?:\\n|\\\\n)([^<>{}'\"]+)<\\|im_end\\|>");

        static ChatMl of(int start, int end, String template) {
            Matcher matcher = DEFAULT_SYSTEM.matcher(template == null ? "" : template);
            return new ChatMl(start, end,
                    matcher.find() ? Optional.of(matcher.group(1).replace("\\n", "\n")) : Optional.empty());
        }

        @Override
        public void render(List<ChatMessage> messages, int[] picture, Sink sink) {
            if (messages.get(0).role() != Role.SYSTEM) {
                defaultSystem.ifPresent(content -> turn("system", NO_PICTURE, content, sink));
            }
            for (int i = 0; i < messages.size(); i++) {
                turn(switch (messages.get(i).role()) {
                    case SYSTEM -> "system";
                    case USER -> "user";
                    case ASSISTANT -> "assistant";
                }, i == messages.size() - 1 ? picture : NO_PICTURE, messages.get(i).content(), sink);
            }
            sink.control(start);
            sink.text("assistant\n");
        }

        private void turn(String role, int[] picture, String content, Sink sink) {
            sink.control(start);
            if (picture.length > 0) {
                sink.text(role + "\n");
                pictureOf(picture, sink);
            }
            sink.text(picture.length > 0 ? "\n" + content : role + "\n" + content);
            sink.control(end);
            sink.text("\n");
        }
    }

    /** SmolVLM: one start token, "Role: content" lines, an end token each; a picture stands right between colon and text. */
    record Utterances(int start, int end) implements ChatTemplate {
        @Override
        public void render(List<ChatMessage> messages, int[] picture, Sink sink) {
            sink.control(start);
            String before = "";
            for (int i = 0; i < messages.size(); i++) {
                String role = before + switch (messages.get(i).role()) {
                    case SYSTEM -> "System:";
                    case USER -> "User:";
                    case ASSISTANT -> "Assistant:";
                };
                if (i == messages.size() - 1 && picture.length > 0) {
                    sink.text(role);
                    pictureOf(picture, sink);
                    sink.text(messages.get(i).content());
                } else {
                    sink.text(role + " " + messages.get(i).content());
                }
                sink.control(end);
                before = "\n";
            }
            sink.text(before + "Assistant:");
        }
    }

    /** Gemma: no system role, so that its text is put before the next user text. Contents are trimmed. */
    record Gemma(OptionalInt begin, int start, int end) implements ChatTemplate {
        @Override
        public void render(List<ChatMessage> messages, int[] picture, Sink sink) {
            if (picture.length > 0) {
                throw new UnsupportedOperationException("Gemma's chat template has no place for pictures");
            }
            begin.ifPresent(sink::control);
            StringBuilder system = new StringBuilder();
            for (ChatMessage message : messages) {
                switch (message.role()) {
                    case SYSTEM -> system.append(message.content()).append("\n\n");
                    case USER -> {
                        turn("user", system + message.content().strip(), sink);
                        system.setLength(0);
                    }
                    case ASSISTANT -> turn("model", message.content().strip(), sink);
                }
            }
            if (system.length() > 0) {
                turn("user", system.toString().strip(), sink);
            }
            sink.control(start);
            sink.text("model\n");
        }

        private void turn(String role, String content, Sink sink) {
            sink.control(start);
            sink.text(role + "\n" + content);
            sink.control(end);
            sink.text("\n");
        }
    }

    /** Chooses by the control tokens that the template's text names or, without a text, that the vocabulary has. */
    static ChatTemplate choose(String template, Vocabulary vocabulary, Integer begin) {
        OptionalInt chatMlStart = marker("<|im_start|>", template, vocabulary);
        OptionalInt chatMlEnd = marker("<|im_end|>", template, vocabulary);
        if (chatMlStart.isPresent() && chatMlEnd.isPresent()) {
            return ChatMl.of(chatMlStart.getAsInt(), chatMlEnd.getAsInt(), template);
        }
        OptionalInt utteranceEnd = marker("<end_of_utterance>", template, vocabulary);
        if (chatMlStart.isPresent() && utteranceEnd.isPresent()) {
            return new Utterances(chatMlStart.getAsInt(), utteranceEnd.getAsInt());
        }
        OptionalInt gemmaStart = marker("<start_of_turn>", template, vocabulary);
        OptionalInt gemmaEnd = marker("<end_of_turn>", template, vocabulary);
        if (gemmaStart.isPresent() && gemmaEnd.isPresent()) {
            OptionalInt first = begin == null ? vocabulary.findSpecial("<bos>") : OptionalInt.of(begin);
            return new Gemma(first, gemmaStart.getAsInt(), gemmaEnd.getAsInt());
        }
        throw new IllegalArgumentException("Chat template is not supported (ChatML, SmolVLM's and Gemma's are): "
                + (template == null ? "none given, and the vocabulary has neither <|im_start|> nor <start_of_turn>"
                        : template.substring(0, Math.min(200, template.length()))));
    }

    private static OptionalInt marker(String text, String template, Vocabulary vocabulary) {
        return template == null || template.contains(text) ? vocabulary.findSpecial(text) : OptionalInt.empty();
    }
}
