package org.memlora.models.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.weights.HalfFloats;
import org.memlora.models.weights.ModelFileException;

class SafetensorsFileTest {

    private static final Path FIXTURE = Path.of("src/test/resources/safetensors/types.safetensors");
    private static final float[] VALUES = {0, -0f, 1, -2.5f, 65504, 0x1p-24f};

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void shouldReadAsTorchDoes(SafetensorsType type) {
        SafetensorsFile file = SafetensorsFile.open(FIXTURE);

        assertThat(file.read(type.name())).hasSize(8).isEqualTo(file.read(type + ".expected"));
        assertThat(file.shape(type.name())).containsExactly(2, 4);
        assertThat(file.metadata()).containsEntry("format", "pt");
    }

    @Test
    void shouldNameTensorAndTypesWhenTheTypeIsNotSupported() {
        assertThatThrownBy(() -> SafetensorsFile.open(FIXTURE).read("unsupported"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("tensor unsupported", "type I64", "BF16");
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16"})
    void shouldReadWhatItWrote(SafetensorsType type) throws IOException {
        Path path = folder.resolve("adapter_model.safetensors");
        new SafetensorsWriter().add("b", type, new long[] {3, 2}, VALUES).add("a", type, new long[] {1}, new float[] {7})
                .metadata("note", "ü").write(path);

        SafetensorsFile file = SafetensorsFile.open(path);
        assertThat(file.names()).containsExactly("b", "a");
        assertThat(file.read("b")).isEqualTo(VALUES);
        assertThat(file.shape("b")).containsExactly(3, 2);
        assertThat(file.read("a")).containsExactly(7);
        assertThat(file.metadata()).containsEntry("note", "ü");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void shouldRefuseToWriteAWrongShapeATypeThatIsOnlyReadOrANameTwice() {
        SafetensorsWriter writer = new SafetensorsWriter().add("a", SafetensorsType.F32, new long[] {6}, VALUES);

        assertThatThrownBy(() -> writer.add("b", SafetensorsType.F32, new long[] {5}, VALUES)).hasMessageContaining("[5] says 5");
        assertThatThrownBy(() -> writer.add("b", SafetensorsType.BF16, new long[] {6}, VALUES)).hasMessageContaining("BF16");
        assertThatThrownBy(() -> writer.add("a", SafetensorsType.F32, new long[] {6}, VALUES)).hasMessageContaining("before");
    }

    @Test
    void shouldReadShardsThroughTheirIndex() throws IOException {
        writeShards();

        SafetensorsFile file = SafetensorsFile.open(folder);

        assertThat(file.names()).containsExactly("first", "second");
        assertThat(file.read("first")).isEqualTo(VALUES);
        assertThat(file.read("second")).containsExactly(9);
    }

    @Test
    void shouldSayWhichShardIsMissingOrLacksATensor() throws IOException {
        writeShards();
        Files.copy(folder.resolve("one.safetensors"), folder.resolve("two.safetensors"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> SafetensorsFile.open(folder)).isInstanceOf(ModelFileException.class)
                .hasMessageContainingAll("two.safetensors", "no tensor second");
        Files.delete(folder.resolve("two.safetensors"));
        assertThatThrownBy(() -> SafetensorsFile.open(folder)).isInstanceOf(ModelFileException.class)
                .hasMessageContainingAll("two.safetensors", "no readable file");
    }

    @Test
    void shouldRefuseAnIndexThatLeadsOutOfTheFolder() throws IOException {
        Files.writeString(folder.resolve(SafetensorsFile.INDEX), "{\"weight_map\": {\"a\": \"../x.safetensors\"}}");
        assertThatThrownBy(() -> SafetensorsFile.open(folder)).isInstanceOf(ModelFileException.class)
                .hasMessageContaining("../x.safetensors");
        Files.writeString(folder.resolve(SafetensorsFile.INDEX), "{}");
        assertThatThrownBy(() -> SafetensorsFile.open(folder)).hasMessageContaining("no weight_map");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, 8, 100, 600})
    void shouldRefuseATruncatedFile(int bytes) throws IOException {
        Path cut = folder.resolve("cut.safetensors");
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(FIXTURE), bytes));

        assertThatThrownBy(() -> SafetensorsFile.open(cut)).isInstanceOf(ModelFileException.class)
                .hasMessageContainingAll("cut.safetensors: found ", "expected", "fetch the file again");
    }

    @Test
    void shouldRefuseAForeignFile() throws IOException {
        Path foreign = Files.writeString(folder.resolve("x.safetensors"), "\n\0\0\0\0\0\0\0not JSON at all");
        assertThatThrownBy(() -> SafetensorsFile.open(foreign)).isInstanceOf(ModelFileException.class)
                .hasMessageContaining("header that is no JSON");
    }

    @Test
    void shouldKeepEveryHalfFloatAndRoundToNearestEven() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = HalfFloats.toFloat((short) bits);
            if (!Float.isNaN(value)) {
                assertThat(HalfFloats.fromFloat(value)).isEqualTo((short) bits);
            }
        }
        assertThat(HalfFloats.fromFloat(Float.NaN) & 0x7fff).isGreaterThan(0x7c00);
        assertThat(HalfFloats.toFloat(HalfFloats.fromFloat(1 + 0x1p-11f))).isEqualTo(1);
        assertThat(HalfFloats.toFloat(HalfFloats.fromFloat(1 + 0x3p-11f))).isEqualTo(1 + 0x1p-9f);
        assertThat(HalfFloats.toFloat(HalfFloats.fromFloat(65519))).isEqualTo(65504);
        assertThat(HalfFloats.toFloat(HalfFloats.fromFloat(-65520))).isEqualTo(Float.NEGATIVE_INFINITY);
    }

    private void writeShards() throws IOException {
        new SafetensorsWriter().add("first", SafetensorsType.F32, new long[] {6}, VALUES)
                .write(folder.resolve("one.safetensors"));
        new SafetensorsWriter().add("second", SafetensorsType.F16, new long[] {1}, new float[] {9})
                .write(folder.resolve("two.safetensors"));
        Files.writeString(folder.resolve(SafetensorsFile.INDEX),
                "{\"weight_map\": {\"first\": \"one.safetensors\", \"second\": \"two.safetensors\"}}");
    }
}
