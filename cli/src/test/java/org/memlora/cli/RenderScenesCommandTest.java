package org.memlora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RenderScenesCommandTest {

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        PrintStream outBefore = System.out;
        PrintStream errBefore = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        try {
            return Memlora.run(arguments);
        } finally {
            System.setOut(outBefore);
            System.setErr(errBefore);
        }
    }

    @Test
    void writesAFolderAndTellsSeedAndShares() throws IOException {
        Path target = folder.resolve("validation");
        assertThat(run("render-scenes", "--split", "validation", "--count", "8", "--seed", "7", "--out", target.toString())).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("8 pictures of validation, seed 7; ")
                .containsPattern("counting: \\d+ questions; always \"\\w+\" would be right in 0\\.\\d{3} of them")
                .containsPattern("colour: \\d+ questions; always \"\\w+\" would be right in 0\\.\\d{3} of them")
                .containsPattern("unusual: 4 questions; always \"\\w+\" would be right in 0\\.\\d{3} of them");
        assertThat(Files.readAllLines(target.resolve("questions.jsonl"))).hasSize(16);
        assertThat(target.resolve("pictures/validation-000007.png")).isRegularFile();
    }

    @Test
    void refusesAFolderThatHoldsSomething() throws IOException {
        Files.writeString(folder.resolve("questions.jsonl"), "mine");
        assertThat(run("render-scenes", "--split", "test", "--count", "1", "--out", folder.toString())).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("is not empty (questions.jsonl), expected a new or an empty one").doesNotContain("\tat ");
        assertThat(folder.resolve("questions.jsonl")).hasContent("mine");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "render-scenes | --split=NAME",
        "render-scenes --split dev --count 1 --out f | dev",
        "render-scenes --split test --count 0 --out f | --count is 0, expected 1 to 1000000.",
        "render-scenes --split test --count -3 --out f | --count is -3, expected 1 to 1000000.",
        "render-scenes --split test --count many --out f | many",
        "render-scenes --split test --count 1 --seed x --out f | --seed",
        "render-scenes --split test --count 1 --out pom.xml | pom.xml is a file, expected a folder that is new or empty"})
    void wrongInputIsOneSentence(String line, String expected) {
        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(expected).doesNotContain("\tat ");
    }
}
