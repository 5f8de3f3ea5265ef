package org.memlora.models.vision.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The words of the encoder's classes, and of groups of them. */
final class PhotoNames {
    /** More likely than all others together. */
    private static final float SURE = 0.5f;
    /** A group's word is true more often than the name of one of its classes; so the latter takes more. */
    private static final float VERY_SURE = 0.9f;

    private final List<String> classes;
    private final List<Group> groups;

    private record Group(String word, int[] classes) {
        float of(float[] shares) {
            float sum = 0;
            for (int index : classes) {
                sum += shares[index];
            }
            return sum;
        }
    }

    private PhotoNames(List<String> classes, List<Group> groups) {
        this.classes = classes;
        this.groups = groups;
    }

    /** From classes.txt and groups.txt of the encoder's folder. */
    static PhotoNames read(Path encoder) {
        try {
            List<String> classes = Files.readAllLines(encoder.resolve("classes.txt"));
            if (classes.size() != LiteEncoder.CLASSES) {
                throw new IllegalArgumentException(encoder.resolve("classes.txt") + " has " + classes.size() + " lines, expected " + LiteEncoder.CLASSES
                        + ", one a class; take the file that came with the encoder");
            }
            List<Group> groups = new ArrayList<>();
            for (String line : Files.readAllLines(encoder.resolve("groups.txt"))) {
                if (!line.startsWith("#")) {
                    groups.add(group(line));
                }
            }
            return new PhotoNames(classes, groups);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the names of the encoder's classes in " + encoder, e);
        }
    }

    private static Group group(String line) {
        String[] parts = line.split("\t");
        return new Group(parts[0], Arrays.stream(parts[1].split(" ")).flatMapToInt(range -> {
            String[] ends = range.split("-");
            return java.util.stream.IntStream.rangeClosed(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
        }).toArray());
    }

    /** All names that {@link #of} can give. */
    List<String> all() {
        List<String> all = new ArrayList<>(classes);
        groups.forEach(group -> all.add(group.word));
        return all;
    }

    /** A class that is very sure, else a group or a class that is sure; empty where none is. @param shares of the classes, together 1 */
    Optional<String> of(float[] shares) {
        int best = 0;
        for (int i = 1; i < shares.length; i++) {
            best = shares[i] > shares[best] ? i : best;
        }
        String name = classes.get(best);
        if (shares[best] >= VERY_SURE) {
            return Optional.of(name);
        }
        Optional<String> group = groups.stream().filter(one -> one.of(shares) >= SURE).findFirst().map(Group::word);
        return group.isPresent() || shares[best] < SURE ? group : Optional.of(name);
    }
}
