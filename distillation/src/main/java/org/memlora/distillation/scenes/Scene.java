package org.memlora.distillation.scenes;

import java.util.List;

/** What is in a picture, from back to front. */
record Scene(Background background, Arrangement arrangement, List<SceneObject> objects) {
    /** Width and height in pixels. */
    static final int SIZE = 256;

    /** How the objects stand. */
    enum Arrangement {
        SCATTERED(""), ROW(" in a row"), GRID(" in a grid"), CIRCLE(" in a circle");

        private final String phrase;

        Arrangement(String phrase) {
            this.phrase = phrase;
        }

        String phrase() {
            return phrase;
        }
    }

    Scene {
        objects = List.copyOf(objects);
    }

    long count(Descriptor descriptor) {
        return objects.stream().filter(object -> descriptor.matches(object.look())).count();
    }

    boolean hasParts() {
        return objects.stream().anyMatch(object -> object.part().isPresent());
    }
}
