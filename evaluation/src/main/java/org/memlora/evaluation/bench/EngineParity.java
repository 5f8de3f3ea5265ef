package org.memlora.evaluation.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.memlora.evaluation.metrics.TokenF1;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.OpenedBase;
import org.memlora.models.generation.BatcherSettings;
import org.memlora.models.generation.LocalLanguageModel;
import org.memlora.models.transformer.TransformerExecutor.RowInput;
import org.memlora.models.transformer.TransformerExecutor;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.Stage;
import org.memlora.operators.generation.GeneratedAnswer;
import org.memlora.operators.generation.GenerationOperator;

/**
 * The compiled executor against the eager one on the same questions: answers' token F1, how many completions are equal, and,
 * after the same tokens, the largest difference of logits and the share of positions where both would choose the same token.
 */
final class EngineParity {

    private static final int QUESTIONS = 100;
    private static final int COMPARED_PROMPTS = 20;
    private static final int ROWS = 16;
    private static final int CALL = 20;

    private final OpenedBase base;
    private final BenchPart part;
    private final PartProgress progress;

    EngineParity(OpenedBase base, BenchPart part, PartProgress progress) {
        this.base = base;
        this.part = part;
        this.progress = progress;
    }

    /** @param said the engine's own words, before the operator changes some of them */
    private record Outcome(double tokenF1, List<String> said, List<float[][]> logits) { }

    /** The base's figures; with trained experts, those with the generation expert under "withExpert". */
    ObjectNode measure() {
        List<GoldEvidence> questions = GoldEvidence.draw(part.data().stream().map(Path::of).toList(), QUESTIONS, BenchSettings.SEED);
        if (questions.isEmpty()) {
            throw new IllegalArgumentException("Parity needs LoCoMo files with questions: give them with --data.");
        }
        ObjectNode json = compare(questions, Optional.empty());
        if (part.trainedExperts()) {
            json.set("withExpert", compare(questions, Optional.of(Path.of(part.experts()))));
        }
        return json;
    }

    private ObjectNode compare(List<GoldEvidence> questions, Optional<Path> experts) {
        List<int[]> sequences = new ArrayList<>();
        Outcome eager = run(TransformerExecutors.EAGER, questions, experts, sequences);
        Outcome ours = run(TransformerExecutors.OURS, questions, experts, sequences);
        float most = 0;
        int same = 0;
        int positions = 0;
        for (int i = 0; i < eager.logits.size(); i++) {
            for (int position = 0; position < eager.logits.get(i).length; position++, positions++) {
                float[] reference = eager.logits.get(i)[position];
                float[] found = ours.logits.get(i)[position];
                for (int token = 0; token < reference.length; token++) {
                    most = Math.max(most, Math.abs(reference[token] - found[token]));
                }
                same += TransformerExecutors.argmax(reference) == TransformerExecutors.argmax(found) ? 1 : 0;
            }
        }
        int equal = 0;
        for (int i = 0; i < questions.size(); i++) {
            equal += eager.said.get(i).equals(ours.said.get(i)) ? 1 : 0;
        }
        return JsonNodeFactory.instance.objectNode().put("base", part.base()).put("questions", questions.size())
                .put("tokenF1Eager", eager.tokenF1).put("tokenF1Compiled", ours.tokenF1).put("equalAnswers", (double) equal / questions.size())
                .put("comparedPositions", positions).put("equalGreedyTokens", (double) same / positions).put("largestLogitDifference", most);
    }

    /** @param sequences prompts and the first engine's own words to the first questions; filled by it, used by both */
    private Outcome run(String engine, List<GoldEvidence> questions, Optional<Path> experts, List<int[]> sequences) {
        TransformerExecutor executor = TransformerExecutors.load(engine, base, experts, ROWS, part.contextTokens());
        Set<String> names = experts.isPresent() ? Set.of(Stage.GENERATION.expertName()) : Set.of();
        List<GenerationRequest> heard;
        List<String> said;
        double f1 = 0;
        try (LanguageModel model = new LocalLanguageModel(new ModelInfo(part.base(), part.contextTokens(), names), executor,
                base.tokenizer(), BatcherSettings.DEFAULT)) {
            Listening listening = new Listening(model);
            GenerationOperator operator = new GenerationOperator(listening, OperatorSettings.DEFAULT);
            for (int from = 0; from < questions.size(); from += CALL) {
                progress.step(engine, from, questions.size());
                List<GoldEvidence> some = questions.subList(from, Math.min(questions.size(), from + CALL));
                List<GeneratedAnswer> generated = operator.answer(some.stream().map(GoldEvidence::context).toList());
                for (int i = 0; i < some.size(); i++) {
                    f1 += TokenF1.score(generated.get(i).text().orElse(""), some.get(i).answer());
                }
            }
            heard = listening.heard();
            said = listening.said();
        }
        if (sequences.isEmpty()) {
            for (int i = 0; i < Math.min(COMPARED_PROMPTS, questions.size()); i++) {
                sequences.add(sequence(base.tokenizer().encodeChat(heard.get(i).prompt()), said.get(i)));
            }
        }
        return new Outcome(f1 / questions.size(), said, logits(engine, heard, experts, sequences));
    }

    private int[] sequence(int[] prompt, String said) {
        int[] tokens = base.tokenizer().encode(said);
        int[] sequence = Arrays.copyOf(prompt, prompt.length + tokens.length);
        System.arraycopy(tokens, 0, sequence, prompt.length, tokens.length);
        return sequence;
    }

    /** At each position of what was said, and before it. */
    private List<float[][]> logits(String engine, List<GenerationRequest> heard, Optional<Path> experts, List<int[]> sequences) {
        List<float[][]> logits = new ArrayList<>();
        try (TransformerExecutor executor = TransformerExecutors.load(engine, base, experts, 1, part.contextTokens())) {
            for (int i = 0; i < sequences.size(); i++) {
                int wanted = sequences.get(i).length - base.tokenizer().encodeChat(heard.get(i).prompt()).length + 1;
                logits.add(executor.forward(List.of(new RowInput(0, 0, sequences.get(i), heard.get(i).expert(), wanted, new int[0]))).get(0));
            }
        }
        return logits;
    }
}
