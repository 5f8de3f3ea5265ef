package org.memlora.topology.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.memlora.models.GenerationRequest;
import org.memlora.operators.Stage;
import org.memlora.operators.StageUsage;
import org.memlora.operators.generation.GeneratedAnswer;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.topology.flow.QuestionBatch.PreparedQuestion;
import org.memlora.topology.memory.MemoryRecords;

/** Builds the records of the answers topic. */
final class AnswerRecords {

    static final String NO_VISION = "NO_VISION_EXPERT: the picture was left out of account, as no vision expert is loaded";

    private final String model;

    AnswerRecords(String model) {
        this.model = model;
    }

    Answer noMemories(PreparedQuestion question) {
        return answer(question, AnswerStatus.NO_MEMORIES, "", GenerationRequest.BASE, StageUsage.NONE,
                Optional.of("NO_MEMORIES: the bank holds nothing to answer from"));
    }

    Answer failed(PreparedQuestion question, String reason) {
        return answer(question, AnswerStatus.FAILED, "", GenerationRequest.BASE, StageUsage.NONE, Optional.of(reason));
    }

    /** An answer with failures but with a text is one, and says what was wrong. */
    Answer answered(PreparedQuestion question, GeneratedAnswer generated) {
        Optional<String> reason = generated.failures().stream().findFirst().map(failure -> failure.reason());
        Optional<String> text = generated.text().filter(found -> !found.isBlank());
        return answer(question, text.isPresent() ? AnswerStatus.ANSWERED : AnswerStatus.FAILED, text.orElse(""),
                generated.expert(), generated.usage(),
                text.isPresent() ? reason : reason.or(() -> Optional.of("EMPTY_ANSWER: the model said nothing")));
    }

    private Answer answer(PreparedQuestion question, AnswerStatus status, String text, String expert, StageUsage generation,
            Optional<String> reason) {
        Answer answer = new Answer();
        answer.setQuestionEventId(question.item().eventId());
        answer.setBankId(question.item().bankId());
        answer.setQuestion(question.item().text());
        answer.setStatus(status);
        answer.setText(text);
        answer.setReason(withPicture(question, reason).orElse(null));
        answer.setMemories(question.memories().stream().map(MemoryRecords::toRead).toList());
        answer.setUsage(usage(question.usage(), generation));
        answer.setModel(model);
        answer.setExpert(expert);
        answer.setTime(question.item().time());
        return answer;
    }

    private static Optional<String> withPicture(PreparedQuestion question, Optional<String> reason) {
        if (!question.item().hasPicture()) {
            return reason;
        }
        return Optional.of(reason.map(text -> text + "; " + NO_VISION).orElse(NO_VISION));
    }

    private static List<org.memlora.schemas.StageUsage> usage(Map<Stage, StageUsage> before, StageUsage generation) {
        Map<Stage, StageUsage> all = new TreeMap<>(before);
        if (generation.calls() > 0) {
            all.put(Stage.GENERATION, generation);
        }
        List<org.memlora.schemas.StageUsage> records = new ArrayList<>();
        all.forEach((stage, usage) -> records.add(new org.memlora.schemas.StageUsage(stage.name().toLowerCase(Locale.ROOT),
                usage.calls(), usage.promptTokens(), usage.outputTokens(), usage.nanos() / 1_000)));
        return records;
    }
}
