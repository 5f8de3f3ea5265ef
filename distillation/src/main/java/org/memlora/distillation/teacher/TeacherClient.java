package org.memlora.distillation.teacher;

import org.memlora.models.GenerationRequest;

/** A large model that answers prompts. Threading: one thread. */
public interface TeacherClient extends AutoCloseable {

    /** Name of the model, for the recording. */
    String model();

    /**
     * The raw output. A teacher that can't follow the request's grammar answers freely.
     *
     * @throws TeacherException if there is no answer, also after retries; the message is one sentence
     */
    TeacherAnswer answer(GenerationRequest request);

    @Override
    void close();
}
