package org.memlora.evaluation.vision;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.memlora.evaluation.metrics.ExactMatch;
import org.memlora.evaluation.metrics.Naming;

/**
 * One way to answer, scored by exact match (lower case, without punctuation and articles).
 *
 * @param answers one per question, "" = none
 */
public record VisionRow(String name, List<VisionQuestion> questions, List<String> answers) {

    public VisionRow {
        questions = List.copyOf(questions);
        answers = List.copyOf(answers);
        if (questions.isEmpty() || questions.size() != answers.size()) {
            throw new IllegalArgumentException("the row " + name + " has " + answers.size() + " answers to " + questions.size()
                    + " questions, expected one each and at least one");
        }
    }

    public boolean isRight(int question) {
        return ExactMatch.score(answers.get(question), questions.get(question).answer()) == 1;
    }

    /** See {@link Naming}. */
    public boolean isNamed(int question) {
        return Naming.score(answers.get(question), questions.get(question).answer()) == 1;
    }

    /** Share of the questions for which {@link #isNamed}. */
    public double named() {
        return share(all(), this::isNamed);
    }

    public double accuracy() {
        return share(all(), this::isRight);
    }

    public double accuracy(String kind) {
        return share(of(kind), this::isRight);
    }

    List<String> kinds() {
        return questions.stream().map(VisionQuestion::kind).distinct().sorted().toList();
    }

    private IntStream of(String kind) {
        return all().filter(i -> questions.get(i).kind().equals(kind));
    }

    private IntStream all() {
        return IntStream.range(0, questions.size());
    }

    private static double share(IntStream chosen, IntPredicate met) {
        return chosen.mapToDouble(i -> met.test(i) ? 1 : 0).average().orElse(Double.NaN);
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", name).put("n", questions.size()).put("accuracy", accuracy()).put("named", named());
        ObjectNode byKind = json.putObject("byKind");
        kinds().forEach(kind -> byKind.putObject(kind).put("n", of(kind).count()).put("accuracy", accuracy(kind)));
        return json;
    }
}
