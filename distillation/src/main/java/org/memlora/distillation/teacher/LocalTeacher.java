package org.memlora.distillation.teacher;

import java.util.List;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;

/** A bigger base on this project's own engine; its outputs follow the grammars. */
public final class LocalTeacher implements TeacherClient {
    private final LanguageModel model;

    public LocalTeacher(LanguageModel model) {
        this.model = model;
    }

    @Override
    public String model() {
        return model.info().base();
    }

    @Override
    public TeacherAnswer answer(GenerationRequest request) {
        Completion completion = model.generate(List.of(request)).get(0);
        if (completion.finishReason() == FinishReason.FAILED) {
            throw new TeacherException("The teacher " + model() + " failed: " + completion.error().orElse("no reason given") + ".", null);
        }
        return new TeacherAnswer(completion.text(), completion.finishReason() == FinishReason.LENGTH);
    }

    @Override
    public void close() {
        model.close();
    }
}
