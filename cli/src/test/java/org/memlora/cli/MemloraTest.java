package org.memlora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MemloraTest {

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("", 2, "Give a command"),
                Arguments.of("dmeo", 2, "dmeo"),
                Arguments.of("demo --data nowhere.json", 2, "There is no file nowhere.json."),
                Arguments.of("demo --turns 0", 2, "--turns at least 1"),
                Arguments.of("demo --device tpu", 2, "tpu"),
                Arguments.of("demo --experts nowhere", 2, "There is no folder nowhere"),
                Arguments.of("demo --base nowhere --turns 1", 1, "nowhere"),
                Arguments.of("bench", 2, "--report"),
                Arguments.of("bench --report r --rows ours,theirs", 2, "no row \"theirs\""),
                Arguments.of("bench --report r --batches 0", 2, "1 to 128"),
                Arguments.of("bench --report r --data nowhere.json", 2, "There is no file nowhere.json."),
                Arguments.of("evaluate --report r", 2, "--data"),
                Arguments.of("evaluate --report r --data nowhere.json", 2, "There is no file nowhere.json."),
                Arguments.of("evaluate --report r --data d.json --rows rag", 2, "no row \"rag\""),
                Arguments.of("evaluate --report r --data d.json --rows rival", 2, "--rival NAME"),
                Arguments.of("evaluate --report r --data d.json --judge-model j", 2, "--judge-url"),
                Arguments.of("evaluate --report r --data d.json --limit-turns 0", 2, "at least 1"),
                Arguments.of("ask Who", 2, "--bank"),
                Arguments.of("memories --bank b --as-of noon", 2, "\"noon\" is no time"),
                Arguments.of("memories --bank b --as-of 2025-03-01 --all", 2, "--all and --as-of exclude each other"),
                Arguments.of("serve -D batch.evnts=3", 2, "batch.events"),
                Arguments.of("serve --config nowhere.properties", 2, "nowhere.properties"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void wrongInputIsOneSentence(String line, int code, String expected) {
        PrintStream before = System.err;
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        int exit;
        try {
            exit = Memlora.run(Arrays.stream(line.split(" ")).filter(word -> !word.isEmpty()).toArray(String[]::new));
        } finally {
            System.setErr(before);
        }
        String text = err.toString(StandardCharsets.UTF_8);
        assertThat(text).contains(expected).doesNotContain("\tat ");
        assertThat(exit).isEqualTo(code);
    }
}
