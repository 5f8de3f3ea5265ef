package org.memlora.distillation.scenes;

import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Names objects by some of their features; empty = any. */
record Descriptor(Optional<Texture> texture, Optional<SceneColour> colour, Optional<SceneShape> shape) {

    static Descriptor of(SceneShape shape) {
        return new Descriptor(Optional.empty(), Optional.empty(), Optional.of(shape));
    }

    static Descriptor of(SceneColour colour) {
        return new Descriptor(Optional.empty(), Optional.of(colour), Optional.empty());
    }

    static Descriptor of(SceneColour colour, SceneShape shape) {
        return new Descriptor(Optional.empty(), Optional.of(colour), Optional.of(shape));
    }

    static Descriptor of(Texture texture, SceneShape shape) {
        return new Descriptor(Optional.of(texture), Optional.empty(), Optional.of(shape));
    }

    static Descriptor of(Look look) {
        return new Descriptor(Optional.of(look.texture()), Optional.of(look.colour()), Optional.of(look.shape()));
    }

    boolean matches(Look look) {
        return texture.map(look.texture()::equals).orElse(true) && colour.map(look.colour()::equals).orElse(true)
                && shape.map(look.shape()::equals).orElse(true);
    }

    /** Not as described, but alike in one of the features: what a careless look would take for it. */
    boolean nearlyMatches(Look look) {
        return !matches(look) && (colour.map(look.colour()::equals).orElse(false) || shape.map(look.shape()::equals).orElse(false));
    }

    /**
     * Whether the small parts of a scene could be taken for what is described, or change what it is called: a small red square on a
     * house for a red square, an object with a dot on it for a dotted one.
     */
    boolean isConfusedBy(SmallPart part) {
        return texture.filter(named -> named == Texture.PLAIN || named == Texture.DOTS).isPresent()
                || shape.isEmpty() && colour.filter(part.colour()::equals).isPresent()
                || shape.filter(part.form().shape()::equals).isPresent();
    }

    String singular() {
        return words(shape.map(SceneShape::label).orElse("object"));
    }

    String plural() {
        return words(shape.map(SceneShape::plural).orElse("objects"));
    }

    private String words(String noun) {
        return Stream.of(texture.map(Texture::adjective), colour.map(SceneColour::label), Optional.of(noun)).flatMap(Optional::stream)
                .collect(Collectors.joining(" "));
    }
}
