package org.memlora.schemas;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.memlora.schemas.UnreadableRecordException.Reason;

/** Reads one kind of record, whatever compatible schema it was written with. */
final class RecordDeserializer<V extends SpecificRecord> implements Deserializer<V> {
    private final SchemaRegistry registry;
    private final SpecificData data;
    private final Schema expected;
    private final Map<Integer, SpecificDatumReader<V>> readers = new ConcurrentHashMap<>();

    RecordDeserializer(Class<V> recordClass, SchemaRegistry registry) {
        this.registry = registry;
        this.data = SpecificData.getForClass(recordClass);
        this.expected = data.getSchema(recordClass);
    }

    @Override
    public V deserialize(String topic, byte[] bytes) {
        if (bytes == null) {
            return null;
        }
        int id = WireFormat.schemaId(bytes);
        SpecificDatumReader<V> reader = readers.get(id);
        if (reader == null) {
            reader = reader(id);
            readers.put(id, reader);
        }
        return decode(reader, bytes);
    }

    private SpecificDatumReader<V> reader(int id) {
        Schema written = registry.schema(id).orElseThrow(
                () -> new UnreadableRecordException(Reason.UNKNOWN_SCHEMA_ID, "schema id " + id, expected.getFullName(), null));
        String found = written.getType() == Schema.Type.RECORD ? written.getFullName() : written.getType().getName();
        if (!found.equals(expected.getFullName())) {
            throw new UnreadableRecordException(Reason.WRONG_RECORD, found, expected.getFullName(), null);
        }
        return new SpecificDatumReader<>(written, expected, data);
    }

    private V decode(SpecificDatumReader<V> reader, byte[] bytes) {
        int length = bytes.length - WireFormat.HEADER_BYTES;
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, WireFormat.HEADER_BYTES, length, null);
        boolean complete;
        V value;
        try {
            value = reader.read(null, decoder);
            complete = decoder.isEnd();
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException | ClassCastException | NegativeArraySizeException
                | UnsupportedOperationException | ArithmeticException | java.time.DateTimeException e) {
            throw unreadable(length + " bytes (" + e + ")", e);
        }
        if (!complete) {
            throw unreadable("bytes after the record's end", null);
        }
        return value;
    }

    private UnreadableRecordException unreadable(String found, Throwable cause) {
        return new UnreadableRecordException(Reason.UNREADABLE_AVRO, found, expected.getFullName(), cause);
    }
}
