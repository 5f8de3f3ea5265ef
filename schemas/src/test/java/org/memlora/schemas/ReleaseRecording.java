package org.memlora.schemas;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Not a test: freezes the present schemas and the bytes of a sample of each as a release, for {@link ReleasedSchemasTest}.
 * {@code mvn -pl schemas test -Dtest=ReleaseRecording -Dmemlora.release=v2}
 */
@EnabledIfSystemProperty(named = "memlora.release", matches = "v[0-9]+")
class ReleaseRecording {
    @Test
    void record() throws Exception {
        Path folder = Files.createDirectories(SchemaFiles.RELEASES.resolve(System.getProperty("memlora.release")));
        try (Stream<Path> files = Files.list(SchemaFiles.SOURCES)) {
            for (Path file : files.toList()) {
                Files.writeString(folder.resolve(file.getFileName()), Files.readString(file));
            }
        }
        for (SpecificRecord sample : List.<SpecificRecord>of(Samples.turn(), Samples.answer(), Samples.operation(), Samples.failed(), Samples.memory())) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
            new SpecificDatumWriter<SpecificRecord>(sample.getSchema(), SpecificData.getForClass(sample.getClass())).write(sample, encoder);
            encoder.flush();
            Files.writeString(folder.resolve(sample.getSchema().getName() + ".hex"), HexFormat.of().formatHex(out.toByteArray()) + "\n");
        }
    }
}
