package org.memlora.distillation.scenes;

import java.util.List;
import java.util.SplittableRandom;

/** How questions are put. The test puts them in words that no training question has. */
enum SceneWording {
    TRAINING(List.of("How many %s are there?", "How many %s are in the picture?", "How many %s can you see?", "What is the number of %s?"),
            List.of("What colour is the small %s on the %s?", "Which colour does the small %s on the %s have?",
                    "What is the colour of the small %s on the %s?"),
            List.of("Which object is unlike the others?", "Which object is the odd one out?", "What is the unusual object in the picture?",
                    "Which object does not fit in with the rest?")),
    HELD_OUT(List.of("Count the %s: how many do you find?", "The picture shows how many %s?"),
            List.of("Look at the small %s on the %s: what is its colour?", "Name the colour of the small %s on the %s."),
            List.of("Name the object that differs from all the others.", "One thing here is out of place, which one is it?"));

    private final List<String> counting;
    private final List<String> colour;
    private final List<String> unusual;

    SceneWording(List<String> counting, List<String> colour, List<String> unusual) {
        this.counting = counting;
        this.colour = colour;
        this.unusual = unusual;
    }

    static SceneWording of(SceneSplit split) {
        return split == SceneSplit.TEST ? HELD_OUT : TRAINING;
    }

    String counting(Descriptor counted, SplittableRandom random) {
        return any(counting, random).formatted(counted.plural());
    }

    String colour(SmallPart.Form part, Descriptor carrier, SplittableRandom random) {
        return any(colour, random).formatted(part.label(), carrier.singular());
    }

    String unusual(SplittableRandom random) {
        return any(unusual, random);
    }

    private static String any(List<String> wordings, SplittableRandom random) {
        return wordings.get(random.nextInt(wordings.size()));
    }
}
