package org.memlora.distillation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.models.Completion;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.grammar.Grammar;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.Stage;
import org.memlora.operators.extraction.ExtractionOperator;
import org.memlora.operators.extraction.ExtractionPrompt;
import org.memlora.operators.generation.GenerationPrompt;
import org.memlora.operators.memory.Words;
import org.memlora.operators.update.UpdateDecisions;
import org.memlora.operators.update.UpdatePrompt;

/**
 * What an expert answers to the examples of a set, greedily and within its stage's grammar, against what they say: a stage by itself,
 * quicker and nearer to what counts than the loss. All scores are 0 to 1.
 */
public final class ExpertScorer {
    private static final int DECISION_TOKENS = 8;
    private static final int AT_ONCE = 16;

    private final LanguageModel model;

    public ExpertScorer(LanguageModel model) {
        this.model = model;
    }

    /** Each example with what was answered. @param confidence {@link Completion#confidence} */
    public record Answered(TrainingExample example, String answer, double confidence) { }

    /**
     * @param expert resident expert or {@link GenerationRequest#BASE}
     * @param done told how many are answered
     */
    public List<Answered> answer(Stage stage, String expert, List<TrainingExample> examples, IntConsumer done) {
        List<Answered> answered = new ArrayList<>();
        for (int from = 0; from < examples.size(); from += AT_ONCE) {
            List<TrainingExample> part = examples.subList(from, Math.min(from + AT_ONCE, examples.size()));
            List<Completion> completions = complete(stage, part, part.stream().map(example -> request(stage, expert, example)).toList());
            for (int i = 0; i < part.size(); i++) {
                completions.get(i).error().ifPresent(error -> {
                    throw new IllegalStateException("The expert " + expert + " failed: " + error);
                });
                answered.add(new Answered(part.get(i), text(stage, expert, completions.get(i)), completions.get(i).confidence()));
            }
            done.accept(answered.size());
        }
        return answered;
    }

    /** As the stage's operator takes it: an extraction expert's facts only where it is sure that there are any. */
    private String text(Stage stage, String expert, Completion completion) {
        boolean unsure = stage == Stage.EXTRACTION && ExtractionOperator.isUnsure(completion, model.info().leastConfidence(expert));
        return unsure ? ExtractionPrompt.NONE : completion.text().strip();
    }

    /** As the stage's operator takes them: update with its margin before a DELETE. */
    private List<Completion> complete(Stage stage, List<TrainingExample> examples, List<GenerationRequest> requests) {
        return stage != Stage.UPDATE ? model.generate(requests)
                : new UpdateDecisions(OperatorSettings.DEFAULT.deleteConfidence()).decide(model, requests, examples.stream().map(ExpertScorer::memoriesShown).toList())
                        .stream().map(UpdateDecisions.Decided::completion).toList();
    }

    private static GenerationRequest request(Stage stage, String expert, TrainingExample example) {
        Grammar grammar = switch (stage) {
            case EXTRACTION -> ExtractionPrompt.GRAMMAR;
            case UPDATE -> UpdatePrompt.grammar(memoriesShown(example));
            default -> GenerationPrompt.GRAMMAR;
        };
        int tokens = switch (stage) {
            case EXTRACTION -> OperatorSettings.DEFAULT.extractionTokens();
            case UPDATE -> DECISION_TOKENS;
            default -> OperatorSettings.DEFAULT.answerTokens();
        };
        return new GenerationRequest(example.prompt(), expert, Optional.of(grammar), GenerationOptions.greedy(tokens));
    }

    private static int memoriesShown(TrainingExample example) {
        return (int) example.prompt().get(example.prompt().size() - 1).content().lines().filter(line -> line.matches("\\d\\. .*")).count();
    }

    /** The scores of a stage by name, in the order of their weight. */
    public static Map<String, Double> scores(Stage stage, List<Answered> answered) {
        return switch (stage) {
            case EXTRACTION -> extraction(answered);
            case UPDATE -> update(answered);
            default -> generation(answered);
        };
    }

    /** Token F1 of the conversation's questions with an answer, of each kind, and how many are declined without need. */
    private static Map<String, Double> generation(List<Answered> answered) {
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("tokenF1", mean(answered, ExpertScorer::ofConversation, one -> tokenF1(one.answer, one.example.completion())));
        for (String kind : new TreeSet<>(answered.stream().map(one -> one.example.kind()).toList())) {
            scores.put("tokenF1 " + kind, mean(answered, one -> one.example.kind().equals(kind), one -> tokenF1(one.answer, one.example.completion())));
        }
        scores.put("declined without need", mean(answered, ExpertScorer::ofConversation, one -> one.answer.equals(GenerationPrompt.NOT_MENTIONED) ? 1 : 0));
        return scores;
    }

    /** One with an answer, and not of our own to memories of our own. */
    private static boolean ofConversation(Answered one) {
        String kind = one.example.kind();
        return !kind.equals("adversarial") && !kind.startsWith("own-");
    }

    private static Map<String, Double> extraction(List<Answered> answered) {
        Map<String, Double> scores = new LinkedHashMap<>();
        scores.put("ROUGE-1 recall", mean(answered, one -> !none(one), one -> overlap(one.example.completion(), one.answer)));
        scores.put("ROUGE-1 precision", mean(answered, one -> !none(one) && !one.answer.equals(ExtractionPrompt.NONE), one -> overlap(one.answer, one.example.completion())));
        scores.put("nothing extracted where facts are", mean(answered, one -> !none(one), one -> one.answer.equals(ExtractionPrompt.NONE) ? 1 : 0));
        scores.put("something extracted where none are", mean(answered, ExpertScorer::none, one -> one.answer.equals(ExtractionPrompt.NONE) ? 0 : 1));
        return scores;
    }

    private static boolean none(Answered one) {
        return one.example.completion().equals(ExtractionPrompt.NONE);
    }

    /** Macro-F1 over ADD, NONE, UPDATE, DELETE; a right operation on the wrong memory is wrong. */
    private static Map<String, Double> update(List<Answered> answered) {
        Map<String, Double> scores = new LinkedHashMap<>();
        double sum = 0;
        List<String> operations = List.of("ADD", "NONE", "UPDATE", "DELETE");
        Map<String, Double> each = new LinkedHashMap<>();
        for (String operation : operations) {
            double right = count(answered, one -> one.answer.equals(one.example.completion()) && one.answer.startsWith(operation));
            double said = count(answered, one -> one.answer.startsWith(operation));
            double meant = count(answered, one -> one.example.completion().startsWith(operation));
            double f1 = said + meant == 0 ? 0 : 2 * right / (said + meant);
            each.put("F1 " + operation, f1);
            sum += f1;
        }
        scores.put("macro-F1", sum / operations.size());
        scores.put("accuracy", mean(answered, one -> true, one -> one.answer.equals(one.example.completion()) ? 1 : 0));
        scores.put("wrong deletes", mean(answered, one -> true, one -> one.answer.startsWith("DELETE") && !one.answer.equals(one.example.completion()) ? 1 : 0));
        scores.putAll(each);
        return scores;
    }

    private static double count(List<Answered> answered, Predicate<Answered> which) {
        return answered.stream().filter(which).count();
    }

    /** NaN where there are none. */
    private static double mean(List<Answered> answered, Predicate<Answered> which, ToDoubleFunction<Answered> value) {
        return answered.stream().filter(which).mapToDouble(value).average().orElse(Double.NaN);
    }

    static double tokenF1(String answer, String gold) {
        double shared = shared(answer, gold);
        double answerWords = words(answer).size();
        double goldWords = words(gold).size();
        return shared == 0 ? 0 : 2 * shared / (answerWords + goldWords);
    }

    /** Share of the first text's words that the second has. */
    static double overlap(String of, String in) {
        return words(of).isEmpty() ? 0 : shared(of, in) / words(of).size();
    }

    /** Words of both, each as often as in the one that has it less often. */
    private static double shared(String a, String b) {
        Map<String, Integer> left = new HashMap<>();
        words(b).forEach(word -> left.merge(word, 1, Integer::sum));
        return words(a).stream().filter(word -> left.merge(word, -1, Integer::sum) >= 0).count();
    }

    private static List<String> words(String text) {
        String normalised = Words.normalised(text).replaceAll("\\b(?:a|an|the|and)\\b", " ").strip();
        return normalised.isEmpty() ? List.of() : List.of(normalised.split("\\s+"));
    }
}
