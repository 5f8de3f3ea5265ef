package org.memlora.operators.vision;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.memlora.models.ChatMessage;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.PictureRequest;
import org.memlora.models.VisionLanguageModel;
import org.memlora.models.picture.PictureDecoder;
import org.memlora.models.picture.PictureException;
import org.memlora.models.picture.PictureLimits;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageModel;
import org.memlora.operators.StageUsage;
import org.memlora.operators.generation.GeneratedAnswer;

/** The vision stage: pictures to descriptions, questions about pictures to answers (paper, section 3.3). Threading: may be called by all threads. */
public final class VisionOperator {

    /** Most of a description: a scene of many objects names them all. */
    public static final int DESCRIPTION_TOKENS = 160;

    private final VisionLanguageModel model;
    private final StageModel stage;
    private final OperatorSettings settings;
    private final PictureDecoder decoder;

    public VisionOperator(VisionLanguageModel model, OperatorSettings settings) {
        this(model, settings, PictureLimits.DEFAULT);
    }

    /** @param limits of a picture that is looked at; the model's own must not be lower */
    public VisionOperator(VisionLanguageModel model, OperatorSettings settings, PictureLimits limits) {
        this.model = model;
        this.stage = new StageModel(model, Stage.VISION);
        this.settings = settings;
        this.decoder = new PictureDecoder(limits);
    }

    /** Name of the base that looks. */
    public String base() {
        return model.info().base();
    }

    /**
     * Why the picture can't be used: PICTURE_ and the {@link PictureException.Reason}, then an explanation. Empty = it can. It is decoded, as what
     * is wrong with its pixels doesn't show before; one at a time, which bounds memory however many threads ask.
     */
    public Optional<String> refusal(byte[] picture) {
        try {
            synchronized (decoder) {
                decoder.decode(picture);
            }
            return Optional.empty();
        } catch (PictureException e) {
            return Optional.of("PICTURE_" + e.reason() + ": " + e.getMessage());
        }
    }

    /** One batched model call; one description per picture, in order. */
    public List<PictureDescription> describe(List<ShownPicture> pictures) {
        List<ChatMessage> prompt = VisionPrompt.description(stage.hasExpert());
        StageModel.Batch batch = look(pictures.stream()
                .map(picture -> request(picture.bankId(), prompt, DESCRIPTION_TOKENS, picture.file())).toList());
        List<PictureDescription> descriptions = new ArrayList<>(pictures.size());
        for (int i = 0; i < pictures.size(); i++) {
            Completion completion = batch.completions().get(i);
            descriptions.add(new PictureDescription(text(completion), batch.usage(i),
                    failures(pictures.get(i).eventId(), "description", completion)));
        }
        return descriptions;
    }

    /** One batched model call; one answer per question, in order. */
    public List<GeneratedAnswer> answer(List<PictureQuestion> questions) {
        StageModel.Batch batch = look(questions.stream().map(question -> request(question.bankId(),
                VisionPrompt.question(question.question(), stage.hasExpert()), settings.answerTokens(), question.picture())).toList());
        List<GeneratedAnswer> answers = new ArrayList<>(questions.size());
        for (int i = 0; i < questions.size(); i++) {
            Completion completion = batch.completions().get(i);
            String eventId = questions.get(i).questionEventId();
            answers.add(new GeneratedAnswer(eventId, text(completion), stage.expert(), batch.usage(i), failures(eventId, "answer", completion)));
        }
        return answers;
    }

    /** The answer to a question that could not be served, for the given reason. */
    public GeneratedAnswer failed(String eventId, String reason) {
        return new GeneratedAnswer(eventId, Optional.empty(), stage.expert(), StageUsage.NONE, List.of(failure(eventId, reason, "")));
    }

    private PictureRequest request(String bankId, List<ChatMessage> prompt, int maxTokens, byte[] picture) {
        return new PictureRequest(picture, stage.request(bankId, prompt, VisionPrompt.GRAMMAR, maxTokens));
    }

    private StageModel.Batch look(List<PictureRequest> requests) {
        if (requests.isEmpty()) {
            return new StageModel.Batch(List.of(), 0);
        }
        long start = System.nanoTime();
        List<Completion> completions = model.look(requests);
        return new StageModel.Batch(completions, System.nanoTime() - start);
    }

    /** Empty where nothing was said, too. */
    private static Optional<String> text(Completion completion) {
        return Optional.of(completion.text().strip()).filter(text -> completion.finishReason() != FinishReason.FAILED && !text.isEmpty());
    }

    private static List<StageFailure> failures(String eventId, String what, Completion completion) {
        return switch (completion.finishReason()) {
            case STOP -> List.of();
            case LENGTH -> List.of(failure(eventId, "TOKEN_LIMIT: the " + what + " was cut off at " + completion.completionTokens() + " tokens",
                    completion.text()));
            case FAILED -> List.of(failure(eventId, "MODEL_FAILED: " + completion.error().orElse("no reason given"), completion.text()));
        };
    }

    private static StageFailure failure(String eventId, String reason, String rawText) {
        return new StageFailure(Stage.VISION, reason, rawText, List.of(eventId));
    }
}
