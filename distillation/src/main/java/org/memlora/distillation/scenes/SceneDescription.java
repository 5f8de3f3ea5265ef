package org.memlora.distillation.scenes;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** One line that tells all objects of a scene, their parts, how they stand, and the background. */
final class SceneDescription {
    /** What the line tells of an object; equal ones are counted. */
    private record Told(Look look, Optional<String> part) { }

    private SceneDescription() { }

    static String of(Scene scene) {
        List<Optional<String>> parts = scene.objects().stream().map(SceneDescription::part).distinct().toList();
        boolean onEach = parts.size() == 1 && parts.get(0).isPresent();
        Map<Told, Integer> counts = new LinkedHashMap<>();
        scene.objects().forEach(object -> counts.merge(new Told(object.look(), onEach ? Optional.empty() : part(object)), 1, Integer::sum));
        List<String> phrases = counts.entrySet().stream().sorted(Map.Entry.<Told, Integer>comparingByValue().reversed())
                .map(entry -> phrase(entry.getKey(), entry.getValue())).toList();
        return enumerated(phrases) + (onEach ? ", each with " + parts.get(0).get() + "," : "") + scene.arrangement().phrase()
                + " on " + scene.background().label();
    }

    private static Optional<String> part(SceneObject object) {
        return object.part().map(part -> "a small " + part.colour().label() + " " + part.form().label());
    }

    private static String phrase(Told told, int count) {
        Texture texture = told.look.texture();
        Descriptor name = new Descriptor(Optional.of(texture).filter(named -> named != Texture.PLAIN), Optional.of(told.look.colour()),
                Optional.of(told.look.shape()));
        String words = count == 1 ? article(name.singular()) + " " + name.singular() : NumberWords.of(count) + " " + name.plural();
        return words + told.part.map(part -> " with " + part).orElse("");
    }

    private static String article(String words) {
        return "aeio".indexOf(words.charAt(0)) >= 0 ? "an" : "a";
    }

    private static String enumerated(List<String> phrases) {
        int last = phrases.size() - 1;
        return last == 0 ? phrases.get(0) : phrases.subList(0, last).stream().collect(Collectors.joining(", ")) + " and " + phrases.get(last);
    }
}
