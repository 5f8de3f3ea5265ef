package org.memlora.models.vision.embedded;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the embedded eyes look for.
 *
 * @param side pixels along a picture; a multiple of {@value #STRIDE}
 * @param trunkBlocks blocks of the pretrained encoder that stay as they are
 * @param width D, a multiple of heads
 * @param mixingLayers layers of attention between the tokens of a picture
 * @param projectorWidth of the projector's hidden layer, beside the attributes' values
 * @param mostObjects in a picture; the surest ones are taken
 * @param picture attributes of the whole picture
 * @param object attributes of an object, the first of {@link #part} apart
 * @param part attributes of the small part of an object; the first value of the first one says that there is none
 * @param tallies what objects are counted by
 */
public record SightConfig(int side, int trunkBlocks, int width, int mixingLayers, int heads, int projectorWidth, int mostObjects,
        List<Attribute> picture, List<Attribute> object, List<Attribute> part, List<Tally> tallies) {
    static final String FILE = "sight.json";
    /** Pixels along a cell: that of the last block in use. */
    static final int STRIDE = 16;
    /** The blocks after it halve the grid once more. */
    static final int END_BLOCK = 11;

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * Something that has one of several values.
     *
     * @param words what each value is called; empty = it has no name and the language model learns what it is
     */
    public record Attribute(String name, List<String> words) {
        public Attribute {
            words = List.copyOf(words);
            require(words.size() > 1, "the attribute " + name + " has the values " + words + ", expected two or more");
        }

        public int values() {
            return words.size();
        }
    }

    /**
     * Objects that are alike in some attributes are counted: a language model this small reads a number, but doesn't learn to count.
     *
     * @param by indices of object attributes that have words
     * @param number index of the object attribute whose words are the numbers from one on; an object itself has none of them
     * @param least fewer that are alike are not handed over
     */
    public record Tally(List<Integer> by, int number, int least) {
        public Tally {
            by = List.copyOf(by);
            require(least >= 1, "least of a tally is " + least + ", expected 1 or more");
        }
    }

    /** What a token stands for; what is counted and its number have the attributes of objects. */
    public enum Kind { PICTURE, OBJECT, PART, COUNTED, NUMBER }

    public SightConfig {
        picture = List.copyOf(picture);
        object = List.copyOf(object);
        part = List.copyOf(part);
        tallies = tallies == null ? List.of() : List.copyOf(tallies);   // a file of before there were any
        require(side >= STRIDE && side % STRIDE == 0, "side is " + side + ", expected a multiple of " + STRIDE);
        require(trunkBlocks >= 1 && trunkBlocks < END_BLOCK, "trunkBlocks is " + trunkBlocks + ", expected 1 to " + (END_BLOCK - 1));
        require(heads >= 1 && width >= 1 && width % heads == 0, "width is " + width + " with " + heads + " heads, expected a multiple of them");
        require(mostObjects >= 1 && projectorWidth >= 1 && mixingLayers >= 1, "mostObjects, projectorWidth or mixingLayers is below 1");
        int attributes = object.size();
        require(tallies.stream().allMatch(tally -> !tally.by.isEmpty() && Stream.concat(tally.by.stream(), Stream.of(tally.number))
                .allMatch(index -> index >= 0 && index < attributes)), "a tally of " + tallies + " names no attribute of objects, expected 0 to " + (attributes - 1));
        require(!picture.isEmpty() && !object.isEmpty() && !part.isEmpty(), "picture, object or part has no attribute, expected one or more of each");
    }

    /** S */
    public int cells() {
        return side / STRIDE;
    }

    public List<Attribute> attributes(Kind kind) {
        return switch (kind) {
            case PICTURE -> picture;
            case OBJECT -> object;
            case PART -> part;
            case COUNTED, NUMBER -> List.of();
        };
    }

    /** The picture's, an object's, a part's. */
    public List<Attribute> attributes() {
        return Stream.of(Kind.values()).flatMap(kind -> attributes(kind).stream()).toList();
    }

    /** A */
    int values() {
        return attributes().stream().mapToInt(Attribute::values).sum();
    }

    /** Place of an attribute's first value among the A. */
    int first(Kind kind, int attribute) {
        int before = Stream.of(Kind.values()).filter(other -> other.compareTo(kind) < 0).mapToInt(other -> values(other)).sum();
        return before + attributes(kind).subList(0, attribute).stream().mapToInt(Attribute::values).sum();
    }

    private int values(Kind kind) {
        return attributes(kind).stream().mapToInt(Attribute::values).sum();
    }

    /** What the projector gets of a token: the attributes' values, the token, its kind. */
    public int featureWidth() {
        return values() + width + Kind.values().length;
    }

    /** @throws IllegalArgumentException with one sentence that names the file and what is wrong in it */
    public static SightConfig read(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            return JSON.readValue(file.toFile(), SightConfig.class);
        } catch (IOException e) {
            throw new IllegalArgumentException("The eyes' configuration " + file + " can't be used: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + "; take the one that came with the expert.", e);
        }
    }

    void write(Path folder) {
        try {
            Files.writeString(folder.resolve(FILE), JSON.writeValueAsString(this) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + folder.resolve(FILE), e);
        }
    }

    private static void require(boolean held, String otherwise) {
        if (!held) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
