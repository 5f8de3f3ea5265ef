package org.memlora.models.vision.embedded;

import java.util.Optional;

/** How a photo stands in a prompt, in place of vectors, and what is told of it. */
public final class PhotoText {
    private PhotoText() { }

    /** @param word what is seen; empty = not sure */
    public static String prompt(Optional<String> word) {
        return word.map(name -> "Photo: " + name + ".").orElse("Photo: unclear.");
    }

    public static String description(Optional<String> word) {
        return word.map(name -> "a photo of " + article(name) + name).orElse("a photo; what it shows is not clear");
    }

    private static String article(String name) {
        return Character.isUpperCase(name.charAt(0)) ? "the kind " : "aeiou".indexOf(name.charAt(0)) >= 0 ? "an " : "a ";
    }
}
