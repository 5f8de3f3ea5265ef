package org.memlora.topology.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.memlora.operators.Stage;
import org.memlora.operators.generation.GeneratedAnswer;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.operators.vision.EarlierPicture;
import org.memlora.operators.vision.PictureQuestion;
import org.memlora.operators.vision.VisionOperator;
import org.memlora.topology.flow.QuestionBatch.PreparedQuestion;
import org.memlora.topology.flow.StageCalls;
import org.memlora.topology.monitoring.PipelineMetrics;
import org.memlora.topology.vision.PictureLoader;
import org.memlora.topology.vision.PictureLoader.Loaded;
import org.memlora.topology.vision.PictureLoader.Shown;

/** Answers questions by a look at their picture: the one in hand, or one shared earlier, found through its memory. Threading: one thread. */
final class PictureAnswers {

    private final VisionOperator operator;
    private final PictureLoader loader;
    private final StageCalls calls;
    private final PipelineMetrics metrics;

    /**
     * What came of a question's look.
     *
     * @param through the memory that led to the picture; empty = it was in hand
     * @param answer without a text where there is none
     * @param obstacle why a picture shared earlier could not be seen
     */
    record Look(PreparedQuestion question, Optional<ScoredMemory> through, GeneratedAnswer answer, Optional<String> obstacle) {
        boolean isInHand() {
            return question.item().picture().isPresent();
        }
    }

    private record Asked(PreparedQuestion question, Optional<ScoredMemory> through) { }

    PictureAnswers(VisionOperator operator, PictureLoader loader, StageCalls calls, PipelineMetrics metrics) {
        this.operator = operator;
        this.loader = loader;
        this.calls = calls;
        this.metrics = metrics;
    }

    static boolean asksForALook(PreparedQuestion question) {
        return question.item().picture().isPresent() || earlier(question).isPresent();
    }

    private static Optional<ScoredMemory> earlier(PreparedQuestion question) {
        return question.item().picture().isPresent() ? Optional.empty() : EarlierPicture.of(question.item().text(), question.memories());
    }

    /** A few at a time, so that memory doesn't grow with the batch. {@code kept}: the store of pictures. */
    List<Look> look(List<PreparedQuestion> questions, KeyValueStore<Bytes, byte[]> kept) {
        List<Asked> asked = questions.stream().map(question -> new Asked(question, earlier(question))).toList();
        List<Asked> inHand = asked.stream().filter(one -> one.through.isEmpty()).toList();
        List<Asked> before = asked.stream().filter(one -> one.through.isPresent()).toList();
        List<Look> looks = new ArrayList<>(questions.size());
        for (int from = 0; from < inHand.size(); from += PictureLoader.AT_ONCE) {
            List<Asked> some = some(inHand, from);
            looks.addAll(answer(some, loader.load(some.stream().map(one -> one.question.item().picture().orElseThrow()).toList()).stream()
                    .map(this::checked).toList()));
        }
        for (int from = 0; from < before.size(); from += PictureLoader.AT_ONCE) {
            List<Asked> some = some(before, from);
            looks.addAll(answer(some, loader.again(kept, some.stream().map(one -> new Shown(one.question.item().bankId(),
                    one.through.orElseThrow().memory().picture().orElseThrow())).toList())));
        }
        return looks;
    }

    private static List<Asked> some(List<Asked> all, int from) {
        return all.subList(from, Math.min(all.size(), from + PictureLoader.AT_ONCE));
    }

    /** A picture shared earlier was checked then. */
    private Loaded checked(Loaded loaded) {
        return loaded.file().flatMap(operator::refusal).map(reason -> new Loaded(Optional.empty(), Optional.of(reason))).orElse(loaded);
    }

    private List<Look> answer(List<Asked> asked, List<Loaded> pictures) {
        List<PictureQuestion> seen = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            PreparedQuestion question = asked.get(i).question;
            pictures.get(i).file().ifPresent(file -> seen.add(
                    new PictureQuestion(question.item().bankId(), question.item().eventId(), question.item().text(), file)));
        }
        var answers = calls.call(seen, some -> metrics.stage(Stage.VISION, () -> operator.answer(some)),
                (question, e) -> operator.failed(question.questionEventId(), StageCalls.reason(e))).iterator();
        List<Look> looks = new ArrayList<>(asked.size());
        for (int i = 0; i < asked.size(); i++) {
            looks.add(pictures.get(i).file().isPresent() ? new Look(asked.get(i).question, asked.get(i).through, answers.next(), Optional.empty())
                    : unseen(asked.get(i), pictures.get(i).refusal().orElseThrow()));
        }
        return looks;
    }

    /** What is in hand and can't be seen is a dead letter; what was shared earlier and is gone leaves the memories. */
    private Look unseen(Asked asked, String reason) {
        GeneratedAnswer failed = operator.failed(asked.question.item().eventId(), reason);
        GeneratedAnswer none = new GeneratedAnswer(failed.questionEventId(), Optional.empty(), failed.expert(), failed.usage(), List.of());
        return asked.through.isEmpty() ? new Look(asked.question, asked.through, failed, Optional.empty())
                : new Look(asked.question, asked.through, none, Optional.of(reason));
    }
}
