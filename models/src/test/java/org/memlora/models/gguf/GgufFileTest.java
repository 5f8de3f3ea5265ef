package org.memlora.models.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.weights.ModelFileException;

class GgufFileTest {

    private static final Path FIXTURE = Path.of("src/test/resources/gguf/types.gguf");

    private final GgufFile file = GgufFile.open(FIXTURE);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void shouldDequantiseAsThePythonPackageDoes(GgufType type) {
        assertThat(file.tensor(type.name()).type()).isEqualTo(type);
        float[] values = file.read(type.name());
        float[] expected = file.read(type + ".expected");

        double largest = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(values[i] - expected[i]));
        }
        System.out.printf("%s: largest difference to gguf (Python) %g over %d values%n", type, largest, values.length);
        assertThat(values).isEqualTo(expected);
        assertThat(Arrays.stream(file.shape(type.name())).toArray()).containsExactly(3, 512);
    }

    @ParameterizedTest
    @EnumSource
    void shouldDecodeRowsAndIntoABufferLikeTheWhole(GgufType type) {
        float[] all = file.read(type.name());
        FloatBuffer target = FloatBuffer.allocate(all.length + 2).position(1);
        file.read(type.name(), target);

        assertThat(target.position()).isEqualTo(all.length + 1);
        assertThat(Arrays.copyOfRange(target.array(), 1, all.length + 1)).isEqualTo(all);
        assertThat(file.tensor(type.name()).dequantiseRows(1, 2)).isEqualTo(Arrays.copyOfRange(all, 512, 1536));
    }

    @Test
    void shouldReadMetadataOfEveryKind() {
        assertThat(file.string("general.architecture")).isEqualTo("llama");
        assertThat(file.integer("test.count")).isEqualTo(7);
        assertThat(file.integer("test.negative")).isEqualTo(-7);
        assertThat(file.number("test.epsilon")).isEqualTo(1e-5f);
        assertThat(file.bool("test.flag")).isTrue();
        assertThat(file.strings("test.words")).containsExactly("ab", "Ġé", "");
        assertThat(file.integers("test.numbers")).containsExactly(1, -2, 3);
    }

    @Test
    void shouldNameKeyFileAndTypesWhenMetadataIsMissingOrOfAnotherType() {
        assertThatThrownBy(() -> file.string("test.none")).isInstanceOf(ModelFileException.class)
                .hasMessageContainingAll("types.gguf", "test.none");
        assertThatThrownBy(() -> file.integers("test.words")).isInstanceOf(ModelFileException.class)
                .hasMessageContainingAll("test.words", "String", "Long");
    }

    @Test
    void shouldNameTensorAndTypesWhenTheTypeIsNotSupported() {
        assertThat(file.contains("unsupported")).isTrue();
        assertThatThrownBy(() -> file.read("unsupported")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("tensor unsupported", "type Q2_K", "Q4_K", "Q8_0");
    }

    @Test
    void shouldNameTheTensorWhenItIsNotThere() {
        assertThatThrownBy(() -> file.read("blk.9")).isInstanceOf(ModelFileException.class)
                .hasMessageContainingAll("blk.9", "types.gguf");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.0005, 0.002, 0.01, 0.02, 0.5, 0.97})
    void shouldRefuseATruncatedFile(double part) throws IOException {
        byte[] bytes = Files.readAllBytes(FIXTURE);
        Path cut = folder.resolve("cut.gguf");
        Files.write(cut, Arrays.copyOf(bytes, (int) (bytes.length * part)));

        assertThatThrownBy(() -> GgufFile.open(cut)).isInstanceOf(ModelFileException.class)
                .hasMessageContainingAll("cut.gguf: found ", ", expected ", "fetch the file again");
    }

    @Test
    void shouldRefuseForeignAndMissingFiles() throws IOException {
        Path foreign = Files.writeString(folder.resolve("notes.gguf"), "no model at all");
        assertThatThrownBy(() -> GgufFile.open(foreign)).isInstanceOf(ModelFileException.class)
                .hasMessageContainingAll("notes.gguf", "expected a GGUF file");
        assertThatThrownBy(() -> GgufFile.open(folder.resolve("none.gguf"))).isInstanceOf(ModelFileException.class)
                .hasMessageContainingAll("none.gguf", "check the path");
    }

    @Test
    void shouldRefuseAnotherVersionOrByteOrder() throws IOException {
        byte[] bytes = Files.readAllBytes(FIXTURE);
        bytes[4] = 9;
        assertThatThrownBy(() -> GgufFile.open(Files.write(folder.resolve("nine.gguf"), bytes)))
                .hasMessageContaining("GGUF version 9");
        bytes[4] = 0;
        bytes[7] = 3;
        assertThatThrownBy(() -> GgufFile.open(Files.write(folder.resolve("big.gguf"), bytes)))
                .hasMessageContaining("big-endian");
    }
}
