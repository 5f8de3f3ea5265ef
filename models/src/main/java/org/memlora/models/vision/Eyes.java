package org.memlora.models.vision;

import java.util.function.IntFunction;
import org.memlora.models.picture.RgbPicture;

/** What looks at pictures for a language model. Threading: one caller at a time. */
public interface Eyes extends AutoCloseable {

    /**
     * A picture for the prompt.
     *
     * @param vectors [n, C] of the transformer's width, row-major; may be empty
     * @param prompt from the id of the first vector to the tokens that stand for the picture, start and end marker included
     */
    record Seen(float[] vectors, IntFunction<int[]> prompt) { }

    Seen see(RgbPicture picture);

    @Override
    void close();
}
