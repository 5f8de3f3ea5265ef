package org.memlora.models;

import java.util.List;

/**
 * A language model that can also look at pictures. The vision expert is a LoRA expert like the others.
 * Threading: as for {@link LanguageModel}.
 */
public interface VisionLanguageModel extends LanguageModel {

    /**
     * Answers each request about its picture, in the order given. A picture that can't be used (damaged, another type, too large), or a
     * request that can't be served, yields {@link FinishReason#FAILED} with the reason and leaves the others unharmed. Memory does not grow
     * with the number of requests.
     */
    List<Completion> look(List<PictureRequest> requests);
}
