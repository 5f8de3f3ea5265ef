package org.memlora.schemas;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.avro.Schema;
import org.memlora.schemas.UnreadableRecordException.Reason;

/** Confluent's wire format: a zero byte, the schema id as four bytes big endian, the Avro binary encoding. */
final class WireFormat {
    static final byte MAGIC = 0;
    static final int HEADER_BYTES = 5;
    private static final String JAVA_STRING = ",\"avro.java.string\":\"String\"";

    private WireFormat() {
    }

    /** The schema id in front of the bytes. */
    static int schemaId(byte[] bytes) {
        if (bytes.length < HEADER_BYTES || bytes[0] != MAGIC) {
            String start = HexFormat.ofDelimiter(" ").formatHex(bytes, 0, Math.min(bytes.length, HEADER_BYTES));
            throw new UnreadableRecordException(Reason.NOT_CONFLUENT_FORMAT,
                    bytes.length + " bytes" + (start.isEmpty() ? "" : " that start with " + start), "a zero byte and a four-byte schema id", null);
        }
        return ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
    }

    /** The schema as other languages shall see it, without the properties of Java's code generator. */
    static Schema portable(Schema schema) {
        return new Schema.Parser().parse(schema.toString().replace(JAVA_STRING, ""));
    }
}
