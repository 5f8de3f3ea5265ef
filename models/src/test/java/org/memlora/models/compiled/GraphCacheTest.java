package org.memlora.models.compiled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.ReferenceModel;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

class GraphCacheTest {
    private static final ReferenceModel MODEL = ReferenceModel.of("llama-wide");
    private static final FileTime LONG_AGO = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

    @TempDir
    private Path cache;

    private float[] logits(int bits) {
        try (CompiledExecutor executor = new CompiledModels(cache, DownloadProgress.none()).open(MODEL.folder(), MODEL.config(),
                SafetensorsFile.open(MODEL.folder()), bits, Map.of(), 1, 64)) {
            return executor.forward(List.of(new RowInput(0, 0, new int[] {5, 9, 40}, "base"))).get(0)[0];
        }
    }

    private Path home() throws IOException {
        try (Stream<Path> entries = Files.list(cache.resolve("compiled"))) {
            return entries.filter(Files::isDirectory).findFirst().orElseThrow();
        }
    }

    @Test
    void aSoundFolderIsUsedAgain() throws IOException {
        float[] first = logits(8);
        Path weights = home().resolve("weights.bin");
        Files.setLastModifiedTime(weights, LONG_AGO);
        assertThat(logits(8)).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(weights)).isEqualTo(LONG_AGO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"flipped bit", "cut", "no manifest", "foreign manifest", "manifest of another base", "no weights"})
    void aDamagedFolderIsBuiltAgain(String damage) throws IOException {
        float[] first = logits(8);
        Path weights = home().resolve("weights.bin");
        Path manifest = home().resolve("manifest.json");
        switch (damage) {
            case "flipped bit" -> {
                try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
                    file.seek(100);
                    int value = file.read();
                    file.seek(100);
                    file.write(value ^ 1);
                }
            }
            case "cut" -> {
                try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
                    file.setLength(file.length() - 1);
                }
            }
            case "no manifest" -> Files.delete(manifest);
            case "foreign manifest" -> Files.writeString(manifest, "[1]");
            case "manifest of another base" -> Files.writeString(manifest, Files.readString(manifest).replaceFirst("\"source\":\"", "\"source\":\"0"));
            default -> Files.delete(weights);
        }
        if (Files.exists(weights)) {
            Files.setLastModifiedTime(weights, LONG_AGO);
        }
        assertThat(logits(8)).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(weights)).isGreaterThan(LONG_AGO);
        assertThat(Files.readString(manifest)).contains("\"builder\":" + GraphCache.BUILDER_VERSION);
    }

    @Test
    void manyThatOpenAtOnceBuildOnce() throws IOException {
        List<CompletableFuture<float[]>> opened = IntStream.range(0, 4).mapToObj(i -> CompletableFuture.supplyAsync(() -> logits(8))).toList();
        float[] first = opened.get(0).join();
        opened.forEach(future -> assertThat(future.join()).isEqualTo(first));
        try (Stream<Path> entries = Files.list(cache.resolve("compiled"))) {
            assertThat(entries.filter(Files::isDirectory)).hasSize(1);
        }
    }

    @Test
    void aCacheThatCantBeWrittenIsOneSentence() throws IOException {
        Files.writeString(cache.resolve("compiled"), "a file where a folder should be");
        assertThatThrownBy(() -> logits(8)).hasMessageContaining("can't be kept in").hasMessageContaining("MEMLORA_CACHE");
    }

    @Test
    void aGraphThatTheRuntimeCantRunIsOneSentence() {
        CompiledWeights weights = new CompiledWeights(cache.resolve("weights.bin"), 8, Map.of());
        Graph graph = new Graph("strange", weights);
        graph.input("x", ai.onnx.proto.OnnxMl.TensorProto.DataType.FLOAT, "N");
        graph.node(Graph.MICROSOFT, "OperatorOfTomorrow", Map.of(), List.of("x"), List.of("y"));
        graph.output("y", "N");
        assertThatThrownBy(() -> Sessions.open(OrtEnvironment.getEnvironment(), graph.model(), weights, 1))
                .hasMessageContaining("can't run the compiled model").hasMessageContaining("OperatorOfTomorrow").hasMessageContaining("eager engine");
    }

    @Test
    void tooLittleMemoryIsOneSentence() {
        assertThatThrownBy(() -> CompiledModels.requireMemory(Path.of("big.gguf"), 4_000_000_000L, 1_000_000_000L))
                .hasMessage("The base in big.gguf needs some 5000 MB of memory, 1000 MB are available; free memory, or take a smaller base.");
        CompiledModels.requireMemory(Path.of("small.gguf"), 4_000_000L, 1_000_000_000L);
    }
}
