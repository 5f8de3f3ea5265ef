package org.memlora.models.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.memlora.models.ChatMessage;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.grammar.GrammarMatcher;

/**
 * A language model whose replies a test writes down. A reply outside the request's grammar, or a request without a
 * rule, is an {@link AssertionError}; an unknown expert is a failed completion, as with a real model.
 *
 * <pre>{@code
 * new ScriptedLanguageModel("extractor", "updater")
 *         .when(request -> request.expert().equals("extractor"), "- Ann has a cat")
 *         .failWhen(request -> ScriptedLanguageModel.promptText(request).contains("poison"), "no memory left")
 *         .otherwise("NONE");
 * }</pre>
 *
 * <p>The first rule that applies wins; faults ({@code failWhen}, {@code throwWhen}) come before replies.
 * Threading: may be called by all threads; rules may be added while in use.
 */
public final class ScriptedLanguageModel implements LanguageModel {

    private record Rule<T>(Predicate<GenerationRequest> applies, T effect) { }

    private final ModelInfo info;
    private final List<Rule<Duration>> delays = new CopyOnWriteArrayList<>();
    private final List<Rule<Supplier<? extends RuntimeException>>> throwing = new CopyOnWriteArrayList<>();
    private final List<Rule<String>> failures = new CopyOnWriteArrayList<>();
    private final List<Rule<Function<GenerationRequest, String>>> replies = new CopyOnWriteArrayList<>();
    private final List<GenerationRequest> requests = new CopyOnWriteArrayList<>();
    private volatile Function<GenerationRequest, String> otherwise;
    private volatile boolean closed;

    public ScriptedLanguageModel(String... experts) {
        this(Set.of(experts), null);
    }

    public ScriptedLanguageModel(Set<String> experts, Function<GenerationRequest, String> replies) {
        this.info = new ModelInfo("scripted", 2048, experts);
        this.otherwise = replies;
    }

    public ScriptedLanguageModel when(Predicate<GenerationRequest> applies, String reply) {
        return when(applies, request -> reply);
    }

    public ScriptedLanguageModel when(Predicate<GenerationRequest> applies, Function<GenerationRequest, String> reply) {
        replies.add(new Rule<>(applies, reply));
        return this;
    }

    public ScriptedLanguageModel otherwise(String reply) {
        return otherwise(request -> reply);
    }

    public ScriptedLanguageModel otherwise(Function<GenerationRequest, String> reply) {
        otherwise = reply;
        return this;
    }

    /** Such requests yield a completion with {@link FinishReason#FAILED}. */
    public ScriptedLanguageModel failWhen(Predicate<GenerationRequest> applies, String error) {
        failures.add(new Rule<>(applies, error));
        return this;
    }

    /** {@link #generate} throws, as a model with a bug might. */
    public ScriptedLanguageModel throwWhen(
            Predicate<GenerationRequest> applies, Supplier<? extends RuntimeException> exception) {
        throwing.add(new Rule<>(applies, exception));
        return this;
    }

    public ScriptedLanguageModel delayWhen(Predicate<GenerationRequest> applies, Duration delay) {
        delays.add(new Rule<>(applies, delay));
        return this;
    }

    /** Takes back all delays and faults; the replies stay. */
    public ScriptedLanguageModel heal() {
        delays.clear();
        failures.clear();
        throwing.clear();
        return this;
    }

    /** All requests so far, in the order of arrival. */
    public List<GenerationRequest> requests() {
        return List.copyOf(requests);
    }

    public boolean isClosed() {
        return closed;
    }

    /** The contents of the prompt's messages, one per line. */
    public static String promptText(GenerationRequest request) {
        return String.join("\n", request.prompt().stream().map(ChatMessage::content).toList());
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public List<Completion> generate(List<GenerationRequest> batch) {
        requests.addAll(batch);
        if (closed) {
            return batch.stream().map(request -> Completion.failed("the model is closed")).toList();
        }
        List<Completion> completions = new ArrayList<>(batch.size());
        for (GenerationRequest request : batch) {
            completions.add(complete(request));
        }
        return List.copyOf(completions);
    }

    private Completion complete(GenerationRequest request) {
        first(delays, request).ifPresent(ScriptedLanguageModel::sleep);
        Optional<Supplier<? extends RuntimeException>> exception = first(throwing, request);
        if (exception.isPresent()) {
            throw exception.get().get();
        }
        Optional<String> failure = first(failures, request);
        if (failure.isPresent()) {
            return Completion.failed(failure.get());
        }
        if (!request.expert().equals(GenerationRequest.BASE) && !info.experts().contains(request.expert())) {
            return Completion.failed("unknown expert \"" + request.expert() + "\", resident are " + info.experts());
        }
        String text = first(replies, request).or(() -> Optional.ofNullable(otherwise))
                .orElseThrow(() -> new AssertionError("no rule of the script applies to " + request))
                .apply(request);
        request.grammar().filter(grammar -> !GrammarMatcher.matches(grammar, text)).ifPresent(grammar -> {
            throw new AssertionError("the scripted reply \"" + text + "\" is outside the request's grammar " + grammar
                    + "; the prompt is:\n" + promptText(request));
        });
        return new Completion(text, FinishReason.STOP, words(promptText(request)), words(text), 1_000, 1_000,
                Optional.empty());
    }

    private static <T> Optional<T> first(List<Rule<T>> rules, GenerationRequest request) {
        return rules.stream().filter(rule -> rule.applies().test(request)).findFirst().map(Rule::effect);
    }

    private static int words(String text) {
        return text.isBlank() ? 0 : text.strip().split("\\s+").length;
    }

    private static void sleep(Duration delay) {
        try {
            Thread.sleep(delay.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
