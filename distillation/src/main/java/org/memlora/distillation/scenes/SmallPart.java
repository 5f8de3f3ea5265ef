package org.memlora.distillation.scenes;

import java.awt.Color;
import java.awt.Shape;

/** A small coloured figure on an object. */
record SmallPart(Form form, SceneColour colour, Color paint, double x, double y, double radius) {

    /** What a part is; the shape is what a large one would be called. */
    enum Form {
        DOT("dot", SceneShape.CIRCLE), SQUARE("square", SceneShape.SQUARE), TRIANGLE("triangle", SceneShape.TRIANGLE);

        private final String label;
        private final SceneShape shape;

        Form(String label, SceneShape shape) {
            this.label = label;
            this.shape = shape;
        }

        String label() {
            return label;
        }

        SceneShape shape() {
            return shape;
        }
    }

    Shape outline() {
        return Placing.place(form.shape.outline(), x, y, radius, 0);
    }
}
