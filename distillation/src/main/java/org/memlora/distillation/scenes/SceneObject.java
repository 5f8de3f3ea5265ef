package org.memlora.distillation.scenes;

import java.awt.Color;
import java.awt.Shape;
import java.util.Optional;

/** @param radius in pixels, of the circle about its outline @param tilt in degrees */
record SceneObject(Look look, Color paint, double x, double y, double radius, double tilt, Optional<SmallPart> part) {

    Shape outline() {
        return Placing.place(look.shape().outline(), x, y, radius, tilt);
    }

    Shape lines() {
        return Placing.place(look.shape().lines(), x, y, radius, tilt);
    }

    SceneObject with(SmallPart added) {
        return new SceneObject(look, paint, x, y, radius, tilt, Optional.of(added));
    }
}
