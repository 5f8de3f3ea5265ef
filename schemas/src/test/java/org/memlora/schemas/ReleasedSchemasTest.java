package org.memlora.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The schemas against every release: bytes written then are read now. */
class ReleasedSchemasTest {
    static {
        TrustedRecords.trust();
    }

    static Stream<Path> releases() throws IOException {
        return Files.list(SchemaFiles.RELEASES).sorted();
    }

    @Test
    void everyRecordAndFieldHasADoc() throws IOException {
        Map<String, Schema> schemas = SchemaFiles.in(SchemaFiles.SOURCES);
        try (Stream<Path> files = Files.list(SchemaFiles.SOURCES)) {
            assertThat(schemas.keySet()).containsExactlyInAnyOrderElementsOf(
                    files.map(file -> file.getFileName().toString().replace(".avsc", "")).toList());
        }
        schemas.forEach((name, schema) -> {
            assertThat(schema.getDoc()).as(name).isNotBlank();
            for (Schema.Field field : schema.getFields()) {
                assertThat(field.doc()).as(name + "." + field.name()).isNotBlank();
                if (field.schema().getType() == Schema.Type.ENUM) {
                    assertThat(field.schema().getDoc()).as(field.schema().getName()).isNotBlank();
                }
            }
        });
    }

    @ParameterizedTest
    @MethodSource("releases")
    void schemasAreBackwardCompatible(Path release) throws IOException {
        Map<String, Schema> current = SchemaFiles.in(SchemaFiles.SOURCES);
        Map<String, Schema> released = SchemaFiles.in(release);
        assertThat(released).isNotEmpty();
        released.forEach((name, old) -> {
            assertThat(current).containsKey(name);
            var result = SchemaCompatibility.checkReaderWriterCompatibility(current.get(name), old);
            assertThat(result.getType()).as(name + ": " + result.getResult().getIncompatibilities()).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
        });
    }

    @ParameterizedTest
    @MethodSource("releases")
    void releasedBytesAreRead(Path release) throws Exception {
        Map<String, Schema> current = SchemaFiles.in(SchemaFiles.SOURCES);
        Map<String, Schema> released = SchemaFiles.in(release);
        int read = 0;
        for (String name : released.keySet()) {
            if (!Files.exists(release.resolve(name + ".hex"))) {
                continue;
            }
            byte[] bytes = HexFormat.of().parseHex(Files.readString(release.resolve(name + ".hex")).strip());
            GenericRecord then = generic(bytes, released.get(name), released.get(name));
            GenericRecord now = generic(bytes, released.get(name), current.get(name));
            for (Schema.Field field : released.get(name).getFields()) {
                Schema.Field same = current.get(name).getField(field.name());
                if (same != null && same.schema().equals(field.schema())) {
                    assertThat(now.get(field.name())).as(name + "." + field.name()).isEqualTo(then.get(field.name()));
                }
            }
            Object record = new SpecificDatumReader<>(released.get(name), (Schema) Class.forName("org.memlora.schemas." + name).getField("SCHEMA$").get(null))
                    .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
            assertThat(record.getClass().getSimpleName()).isEqualTo(name);
            read++;
        }
        assertThat(read).isGreaterThanOrEqualTo(5);
    }

    private static GenericRecord generic(byte[] bytes, Schema writer, Schema reader) throws IOException {
        return new GenericDatumReader<GenericRecord>(writer, reader).read(null, DecoderFactory.get().binaryDecoder(bytes, null));
    }
}
