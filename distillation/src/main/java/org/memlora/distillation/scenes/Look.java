package org.memlora.distillation.scenes;

import java.util.ArrayList;
import java.util.List;

/** Shape, colour and texture of an object. */
record Look(SceneShape shape, SceneColour colour, Texture texture) {
    private static final int HELD_OUT_OF = 7;
    static final List<Look> ALL = all();

    /**
     * One combination of seven occurs in test scenes only. No pair of two of them is missing in training: what is new in the test is
     * how known shapes, colours and textures come together.
     */
    boolean isHeldOut() {
        return (shape.ordinal() + 3 * colour.ordinal() + 5 * texture.ordinal()) % HELD_OUT_OF == 0;
    }

    private static List<Look> all() {
        List<Look> looks = new ArrayList<>();
        for (SceneShape shape : SceneShape.values()) {
            for (SceneColour colour : SceneColour.values()) {
                for (Texture texture : Texture.values()) {
                    looks.add(new Look(shape, colour, texture));
                }
            }
        }
        return List.copyOf(looks);
    }
}
