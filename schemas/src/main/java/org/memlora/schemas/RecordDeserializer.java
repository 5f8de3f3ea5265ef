package org.memlora.schemas;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.ResolvingDecoder;
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
        TrustedRecords.trust();
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
        return new ListReader<>(written, expected, data);
    }

    private V decode(SpecificDatumReader<V> reader, byte[] bytes) {
        int length = bytes.length - WireFormat.HEADER_BYTES;
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, WireFormat.HEADER_BYTES, length, null);
        boolean complete;
        V value;
        try {
            value = reader.read(null, decoder);
            complete = decoder.isEnd();
        } catch (IOException | RuntimeException e) { // Nothing but the bytes can be at fault here; Avro throws many kinds.
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

    /** Reads arrays into plain lists: equals of Avro's own array type throws for records with dates. */
    private static final class ListReader<V> extends SpecificDatumReader<V> {
        private static final int FIRST_CAPACITY = 16;

        ListReader(Schema written, Schema expected, SpecificData data) {
            super(written, expected, data);
        }

        /** As the superclass does it without its fast reader, which would not ask {@link #newArray}. */
        @Override
        @SuppressWarnings("unchecked")
        public V read(V reuse, Decoder in) throws IOException {
            ResolvingDecoder resolver = getResolver(getSchema(), getExpected());
            resolver.configure(in);
            V value = (V) read(reuse, getExpected(), resolver);
            resolver.drain();
            return value;
        }

        @Override
        protected Object newArray(Object old, int size, Schema schema) {
            return new ArrayList<>(Math.min(size, FIRST_CAPACITY));
        }
    }
}
