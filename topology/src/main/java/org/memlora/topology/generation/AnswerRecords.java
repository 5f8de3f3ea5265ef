package org.memlora.topology.generation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.memlora.models.GenerationRequest;
import org.memlora.operators.Stage;
import org.memlora.operators.StageUsage;
import org.memlora.operators.generation.GeneratedAnswer;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.topology.flow.QuestionBatch.PreparedQuestion;
import org.memlora.topology.memory.MemoryRecords;

/** Builds the records of the answers topic. */
final class AnswerRecords {

    static final String NO_VISION = "NO_VISION_EXPERT: the picture was left out of account, as no vision expert is loaded";

    private final String model;
    private final Optional<String> eyes;

    /** @param model base that answers from memories @param eyes base that looks at pictures, if one does */
    AnswerRecords(String model, Optional<String> eyes) {
        this.model = model;
        this.eyes = eyes;
    }

    Answer noMemories(PreparedQuestion question) {
        return answer(question, List.of(), AnswerStatus.NO_MEMORIES, "", GenerationRequest.BASE, Map.of(),
                Optional.of("NO_MEMORIES: the bank holds nothing to answer from"));
    }

    Answer failed(PreparedQuestion question, String reason) {
        return answer(question, question.memories(), AnswerStatus.FAILED, "", GenerationRequest.BASE, Map.of(), Optional.of(reason));
    }

    /** From the memories. {@code note}: why no picture was looked at; {@code vision}: work on the attempt. */
    Answer answered(PreparedQuestion question, GeneratedAnswer generated, Optional<String> note, StageUsage vision) {
        return answered(question, question.memories(), generated, note, Map.of(Stage.VISION, vision, Stage.GENERATION, generated.usage()));
    }

    /** From a picture. {@code through}: the memories that led to it. */
    Answer looked(PreparedQuestion question, List<ScoredMemory> through, GeneratedAnswer seen) {
        Answer answer = answered(question, through, seen, Optional.empty(), Map.of(Stage.VISION, seen.usage()));
        eyes.ifPresent(answer::setModel);
        return answer;
    }

    /** An answer with failures but with a text is one, and says what was wrong. */
    private Answer answered(PreparedQuestion question, List<ScoredMemory> memories, GeneratedAnswer generated, Optional<String> note,
            Map<Stage, StageUsage> work) {
        Optional<String> failure = generated.failures().stream().findFirst().map(one -> one.reason());
        Optional<String> text = generated.text().filter(found -> !found.isBlank());
        Optional<String> silence = text.isPresent() || failure.isPresent() ? Optional.empty() : Optional.of("EMPTY_ANSWER: the model said nothing");
        String reasons = Stream.of(generated.declined(), failure, silence, note).flatMap(Optional::stream).collect(Collectors.joining("; "));
        return answer(question, memories, text.isPresent() ? AnswerStatus.ANSWERED : AnswerStatus.FAILED, text.orElse(""),
                generated.expert(), work, Optional.of(reasons).filter(found -> !found.isEmpty()));
    }

    private Answer answer(PreparedQuestion question, List<ScoredMemory> memories, AnswerStatus status, String text, String expert,
            Map<Stage, StageUsage> work, Optional<String> reason) {
        Answer answer = new Answer();
        answer.setQuestionEventId(question.item().eventId());
        answer.setBankId(question.item().bankId());
        answer.setQuestion(question.item().text());
        answer.setStatus(status);
        answer.setText(text);
        answer.setReason(withPicture(question, reason).orElse(null));
        answer.setMemories(memories.stream().map(MemoryRecords::toRead).toList());
        answer.setUsage(usage(question.usage(), work));
        answer.setModel(model);
        answer.setExpert(expert);
        answer.setTime(question.item().time());
        return answer;
    }

    private Optional<String> withPicture(PreparedQuestion question, Optional<String> reason) {
        if (eyes.isPresent() || question.item().picture().isEmpty()) {
            return reason;
        }
        return Optional.of(reason.map(text -> text + "; " + NO_VISION).orElse(NO_VISION));
    }

    private static List<org.memlora.schemas.StageUsage> usage(Map<Stage, StageUsage> before, Map<Stage, StageUsage> work) {
        Map<Stage, StageUsage> all = new TreeMap<>(before);
        work.forEach((stage, usage) -> {
            if (usage.calls() > 0) {
                all.merge(stage, usage, StageUsage::plus);
            }
        });
        List<org.memlora.schemas.StageUsage> records = new ArrayList<>();
        all.forEach((stage, usage) -> records.add(new org.memlora.schemas.StageUsage(stage.word(),
                usage.calls(), usage.promptTokens(), usage.outputTokens(), usage.nanos() / 1_000)));
        return records;
    }
}
