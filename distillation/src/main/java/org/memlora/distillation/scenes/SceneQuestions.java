package org.memlora.distillation.scenes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Questions about a scene, each only where it has one answer. */
final class SceneQuestions {
    /** Where the scene was not made for a number, small ones are more often there to be asked for; they get less weight for it. */
    private static final List<Double> WEIGHTS = List.of(0.3, 0.3, 1.0, 1.0, 1.0, 1.0, 1.0);

    private static final int ATTEMPTS = 4;

    private final SceneWording wording;
    private final SplittableRandom random;

    SceneQuestions(SceneWording wording, SplittableRandom random) {
        this.wording = wording;
        this.random = random;
    }

    /** Two a scene: what it was made for, a number or the odd one; then the colour of a part, or where there is none a number. */
    List<SceneQuestion> of(ComposedScene composed) {
        Scene scene = composed.scene();
        Optional<SceneQuestion> first = composed.counted().isPresent() ? counting(scene, composed.counted().get()) : unusual(scene);
        Optional<SceneQuestion> second = scene.hasParts() ? colour(scene) : anyCounting(scene);
        return Stream.of(first, second).flatMap(Optional::stream).toList();
    }

    /** Other ones than those of {@link #of}, or in other words, at most so many: of a scene with few objects fewer. */
    List<SceneQuestion> furtherCounting(Scene scene, List<SceneQuestion> asked, int most) {
        List<SceneQuestion> further = new ArrayList<>();
        for (int i = 0; i < ATTEMPTS * most && further.size() < most; i++) {
            anyCounting(scene).filter(question -> !asked.contains(question) && !further.contains(question)).ifPresent(further::add);
        }
        return further;
    }

    Optional<SceneQuestion> counting(Scene scene, Descriptor counted) {
        long count = scene.count(counted);
        return isClear(scene, counted) && count <= ScatteredScenes.MOST_COUNTED
                ? Optional.of(new SceneQuestion(QuestionKind.COUNTING, wording.counting(counted, random), NumberWords.of(count))) : Optional.empty();
    }

    private static boolean isClear(Scene scene, Descriptor descriptor) {
        return scene.objects().stream().flatMap(object -> object.part().stream()).noneMatch(descriptor::isConfusedBy);
    }

    /** The number is drawn first, then something of which there are so many. */
    private Optional<SceneQuestion> anyCounting(Scene scene) {
        List<List<Descriptor>> byCount = Stream.generate(() -> (List<Descriptor>) new ArrayList<Descriptor>()).limit(WEIGHTS.size()).toList();
        candidates(scene).stream().filter(candidate -> scene.count(candidate) < byCount.size())
                .forEach(candidate -> byCount.get((int) scene.count(candidate)).add(candidate));
        double[] weights = IntStream.range(0, byCount.size()).mapToDouble(count -> byCount.get(count).isEmpty() ? 0 : WEIGHTS.get(count)).toArray();
        double drawn = random.nextDouble() * IntStream.range(0, weights.length).mapToDouble(count -> weights[count]).sum();
        int count = 0;
        while (drawn >= weights[count] && count < weights.length - 1) {
            drawn -= weights[count++];
        }
        List<Descriptor> fitting = byCount.get(count);
        return fitting.isEmpty() ? Optional.empty() : counting(scene, fitting.get(random.nextInt(fitting.size())));
    }

    /** By shape, colour or both, of the scene's own and of one that is not there. */
    private List<Descriptor> candidates(Scene scene) {
        List<SceneShape> shapes = Stream.concat(scene.objects().stream().map(object -> object.look().shape()),
                Stream.of(SceneShape.ALL.get(random.nextInt(SceneShape.ALL.size())))).distinct().toList();
        List<SceneColour> colours = Stream.concat(scene.objects().stream().map(object -> object.look().colour()),
                Stream.of(SceneColour.ALL.get(random.nextInt(SceneColour.ALL.size())))).distinct().toList();
        List<Descriptor> found = new ArrayList<>();
        shapes.forEach(shape -> found.add(Descriptor.of(shape)));
        colours.forEach(colour -> found.add(Descriptor.of(colour)));
        shapes.forEach(shape -> colours.forEach(colour -> found.add(Descriptor.of(colour, shape))));
        return found;
    }

    /** About a part on an object that can be named without another one being named as well. */
    Optional<SceneQuestion> colour(Scene scene) {
        List<SceneQuestion> found = new ArrayList<>();
        for (SceneObject object : scene.objects()) {
            object.part().ifPresent(part -> names(object.look()).stream().filter(name -> scene.count(name) == 1).forEach(name -> found.add(
                    new SceneQuestion(QuestionKind.COLOUR, wording.colour(part.form(), name, random), part.colour().label()))));
        }
        return found.isEmpty() ? Optional.empty() : Optional.of(found.get(random.nextInt(found.size())));
    }

    /** Without "plain", which an object with a part on it is not. */
    private static List<Descriptor> names(Look look) {
        List<Descriptor> names = new ArrayList<>(List.of(Descriptor.of(look.shape()), Descriptor.of(look.colour(), look.shape())));
        if (look.texture() == Texture.STRIPES) {
            names.add(Descriptor.of(look.texture(), look.shape()));
            names.add(Descriptor.of(look));
        }
        return names;
    }

    /** Only where no other object has the odd one's name. */
    Optional<SceneQuestion> unusual(Scene scene) {
        return OddOne.in(scene).filter(odd -> scene.count(Descriptor.of(odd.look().shape())) == 1)
                .map(odd -> new SceneQuestion(QuestionKind.UNUSUAL, wording.unusual(random), odd.look().shape().label()));
    }
}
