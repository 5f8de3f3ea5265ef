package org.memlora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MemloraTest {

    @TempDir
    static Path folder;

    @BeforeAll
    static void makeBasesThatCanNotBeUsed() throws IOException {
        for (String name : new String[] {"other-family", "no-json"}) {
            Path base = Files.createDirectory(folder.resolve(name));
            Files.writeString(base.resolve("config.json"), name.equals("no-json") ? "{" : "{\"model_type\": \"mamba\"}");
            Files.createFile(base.resolve("model.safetensors"));
        }
        Files.writeString(folder.resolve("no.gguf"), "no model at all");
    }

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of("", 2, "Give a command"),
                Arguments.of("dmeo", 2, "dmeo"),
                Arguments.of("demo --data nowhere.json", 2, "There is no file nowhere.json."),
                Arguments.of("demo --turns 0", 2, "--turns at least 1"),
                Arguments.of("demo --device tpu", 2, "tpu"),
                Arguments.of("demo --experts nowhere", 2, "There is no folder nowhere"),
                Arguments.of("demo --base nowhere --turns 1", 1, "nowhere"),
                Arguments.of("demo --turns 1 --base " + folder.resolve("other-family"), 1, "other-family can't be loaded: architecture is mamba, expected llama"),
                Arguments.of("demo --turns 1 --base " + folder.resolve("no-json"), 1, "cannot read " + folder.resolve("no-json")),
                Arguments.of("demo --turns 1 --base " + folder.resolve("no.gguf"), 1, "expected a GGUF file"),
                Arguments.of("send README.md --bootstrap-servers nohost.invalid:9092", 2, "There is no file README.md."),
                Arguments.of("dead-letters --replay a --all", 2, "--replay and --all exclude each other"),
                Arguments.of("memories --bank b --bootstrap-servers nohost.invalid:9092", 1, "bootstrap"),
                Arguments.of("bench", 2, "--report"),
                Arguments.of("bench --report r --rows ours,theirs", 2, "no row \"theirs\""),
                Arguments.of("bench --report r --batches 0", 2, "1 to 128"),
                Arguments.of("bench --report r --data nowhere.json", 2, "There is no file nowhere.json."),
                Arguments.of("evaluate --report r", 2, "--data"),
                Arguments.of("evaluate --report r --data nowhere.json", 2, "There is no file nowhere.json."),
                Arguments.of("evaluate --report r --data d.json --rows rag", 2, "no row \"rag\""),
                Arguments.of("evaluate --report r --data d.json --rows rival", 2, "--rival NAME"),
                Arguments.of("evaluate --report r --data d.json --rows experts,base --rival x", 2, "The rival x has no row"),
                Arguments.of("evaluate --report r --data d.json --judge-model j", 2, "--judge-url"),
                Arguments.of("evaluate --report r --data d.json --limit-turns 0", 2, "at least 1"),
                Arguments.of("evaluate --vision --report r --data nowhere", 2, "There is no nowhere/questions.jsonl"),
                Arguments.of("evaluate --vision --report r --data a --rows base", 2, "don't go with --vision"),
                Arguments.of("evaluate --vision --report r --rival x", 2, "don't go with --vision"),
                Arguments.of("evaluate --vision --report r --limit-turns 9", 2, "don't go with --vision"),
                Arguments.of("evaluate --vision --report r --limit-questions 9", 2, "don't go with --vision"),
                Arguments.of("evaluate --vision --report r --judge-url http://localhost:1/v1 --judge-model j", 2, "don't go with --vision"),
                Arguments.of("evaluate --vision --report r --data a b", 2, "--vision takes one folder"),
                Arguments.of("evaluate --vision --report r --scenes 0", 2, "at least one of --scenes"),
                Arguments.of("distill --config ../distillation/configurations/vision-smollm2-135m-instruct.yaml --score 3", 2, "is one of the vision expert"),
                Arguments.of("ask Who", 2, "--bank"),
                Arguments.of("ask --bank b --picture nowhere.png Who", 2, "The picture nowhere.png can't be read"),
                Arguments.of("memories --bank b --as-of noon", 2, "\"noon\" is no time"),
                Arguments.of("memories --bank b --as-of 2025-03-01 --all", 2, "--all and --as-of exclude each other"),
                Arguments.of("distill", 2, "--config"),
                Arguments.of("distill --config nowhere.yaml", 2, "There is no configuration nowhere.yaml."),
                Arguments.of("distill --config ../distillation/configurations/smollm2-135m-instruct.yaml --stage vision", 2, "has no expert vision"),
                Arguments.of("distill --config pom.xml", 2, "pom.xml"),
                Arguments.of("distill --config nowhere.yaml --folds 1", 2, "--folds is 1, expected at least 2."),
                Arguments.of("distill --config nowhere.yaml --folds 5 --score 9", 2, "--folds and --score exclude each other."),
                Arguments.of("distill --config nowhere.yaml --score -1", 2, "--score is -1, expected at least 0."),
                Arguments.of("record-teacher --data x.json --out y.jsonl --base b --sessions -1", 2, "--sessions is -1, expected at least 0."),
                Arguments.of("record-teacher --data x.json --out y.jsonl --base b --thinking-tokens 9", 2, "--thinking-tokens is for a model behind --url: leave it out with --base."),
                Arguments.of("record-teacher --data x.json --out y.jsonl --url http://localhost:1/v1 --model m --thinking-tokens -1", 2, "--thinking-tokens is -1, expected at least 0."),
                Arguments.of("broker --port 70000", 2, "--port is 70000, expected 0 to 65535."),
                Arguments.of("broker --registry-port -1", 2, "--registry-port is -1"),
                Arguments.of("serve --metrics-port 70000", 2, "--metrics-port is 70000"),
                Arguments.of("serve --health-file no/such/folder/healthy", 2, "There is no folder "),
                Arguments.of("search", 2, "--config"),
                Arguments.of("search --config nowhere.yaml", 2, "There is no configuration nowhere.yaml."),
                Arguments.of("search --config ../distillation/configurations/smollm2-135m-instruct.yaml", 2, "no setting \"search\""),
                Arguments.of("search --config ../distillation/configurations/search-smollm2-135m-instruct.yaml --method random", 2, "random"),
                Arguments.of("search --config ../distillation/configurations/search-smollm2-135m-instruct.yaml --carry-to nowhere.yaml", 2, "nowhere.yaml"),
                Arguments.of("search --config ../distillation/configurations/search-smollm2-135m-instruct.yaml --limit-turns 0", 2, "must be at least 1"),
                Arguments.of("record-teacher --data x.json --out y.jsonl", 2, "Give either --url and --model, or --base."),
                Arguments.of("record-teacher --data x.json --out y.jsonl --url http://localhost:1/v1", 2, "--model"),
                Arguments.of("record-teacher --data nowhere.json --out y.jsonl --base b", 2, "There is no file nowhere.json."),
                Arguments.of("record-teacher --data pom.xml --out y.jsonl --base b", 2, "pom.xml"),
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
