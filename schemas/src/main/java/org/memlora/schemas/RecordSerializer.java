package org.memlora.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;

/** Writes one kind of record; registers its schema at the first record of a topic. */
final class RecordSerializer<V extends SpecificRecord> implements Serializer<V> {
    private final Class<V> recordClass;
    private final SchemaRegistry registry;
    private final Schema portable;
    private final SpecificDatumWriter<V> writer;
    private final Map<String, Integer> ids = new ConcurrentHashMap<>();

    RecordSerializer(Class<V> recordClass, SchemaRegistry registry) {
        SpecificData data = SpecificData.getForClass(recordClass);
        Schema schema = data.getSchema(recordClass);
        this.recordClass = recordClass;
        this.registry = registry;
        this.portable = WireFormat.portable(schema);
        this.writer = new SpecificDatumWriter<>(schema, data);
    }

    @Override
    public byte[] serialize(String topic, V value) {
        if (value == null) {
            return null;
        }
        byte[] body = encode(value);
        int id = ids.computeIfAbsent(topic, name -> registry.register(AvroSerdes.subject(name), portable));
        return ByteBuffer.allocate(WireFormat.HEADER_BYTES + body.length).put(WireFormat.MAGIC).putInt(id).put(body).array();
    }

    private byte[] encode(V value) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
            writer.write(value, encoder);
            encoder.flush();
            return out.toByteArray();
        } catch (IOException | RuntimeException e) {
            throw new SerializationException("A " + recordClass.getSimpleName() + " can't be written: " + e.getMessage(), e);
        }
    }
}
