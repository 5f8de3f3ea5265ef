package org.memlora.distillation.scenes;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which object of a scene is unlike the others. */
final class OddOne {
    private static final int LEAST_OBJECTS = 4;
    private static final List<Function<SceneObject, Object>> FEATURES = List.of(object -> object.look().shape(), object -> object.look().colour(),
            object -> object.look().texture(), object -> object.look().shape().theme(), object -> object.part().map(SmallPart::form),
            object -> object.part().map(SmallPart::colour));

    private OddOne() { }

    /**
     * An object stands out by a feature when it alone has its value, and each other value is that of at least two. Empty unless exactly one object
     * stands out, by whatever features.
     */
    static Optional<SceneObject> in(Scene scene) {
        if (scene.objects().size() < LEAST_OBJECTS) {
            return Optional.empty();
        }
        Set<SceneObject> outstanding = FEATURES.stream().flatMap(feature -> alone(scene.objects(), feature).stream()).collect(Collectors.toSet());
        return outstanding.size() == 1 ? Optional.of(outstanding.iterator().next()) : Optional.empty();
    }

    private static Optional<SceneObject> alone(List<SceneObject> objects, Function<SceneObject, Object> feature) {
        Map<Object, List<SceneObject>> byValue = objects.stream().collect(Collectors.groupingBy(feature));
        List<List<SceneObject>> single = byValue.values().stream().filter(bearers -> bearers.size() == 1).toList();
        return single.size() == 1 ? Optional.of(single.get(0).get(0)) : Optional.empty();
    }
}
