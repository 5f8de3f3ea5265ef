package org.memlora.distillation.scenes;

import java.util.List;
import org.memlora.models.picture.RgbPicture;

/**
 * A rendered picture with what is in it, in the order of {@link SceneAttributes}.
 *
 * @param values of the whole picture's attributes
 */
public record LabelledScene(RgbPicture picture, int[] values, List<Labelled> objects, List<SceneQuestion> questions, String description) {

    /** No value of an attribute is right, e.g. the colour of a part where there is none. */
    public static final int NO_VALUE = -1;

    /** @param x of the middle, in pixels @param values of an object's attributes @param part of its small part's */
    public record Labelled(double x, double y, int[] values, int[] part) { }
}
