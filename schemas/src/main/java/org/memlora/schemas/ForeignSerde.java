package org.memlora.schemas;

import java.io.EOFException;
import java.io.IOException;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Utils;
import org.memlora.schemas.UnreadableRecordException.Reason;

/** A serde named by configuration, such as Confluent's own, with its failures translated into ours. */
final class ForeignSerde {
    private ForeignSerde() {
    }

    static <V extends SpecificRecord> Serde<V> load(Object className, Class<V> recordClass, Map<String, ?> configuration) {
        Serde<?> serde;
        try {
            serde = Utils.newInstance(className.toString(), Serde.class);
        } catch (ClassNotFoundException | KafkaException e) {
            throw (ConfigException) new ConfigException(AvroSerdes.SERDE_CLASS, className, "can't be loaded").initCause(e);
        }
        serde.configure(configuration, false);
        @SuppressWarnings("unchecked") // Which records it reads is checked one by one.
        Serde<V> typed = (Serde<V>) serde;
        return Serdes.serdeFrom(typed.serializer(), (topic, bytes) -> read(typed, topic, bytes, recordClass));
    }

    private static <V> V read(Serde<V> serde, String topic, byte[] bytes, Class<V> recordClass) {
        if (bytes == null) {
            return null;
        }
        int id = WireFormat.schemaId(bytes);
        Object value;
        try {
            value = serde.deserializer().deserialize(topic, bytes);
        } catch (KafkaException e) {
            throw translated(e, id, recordClass);
        }
        if (!recordClass.isInstance(value)) {
            throw new UnreadableRecordException(Reason.WRONG_RECORD,
                    value == null ? "nothing" : value.getClass().getName(), recordClass.getName(), null);
        }
        return recordClass.cast(value);
    }

    private static KafkaException translated(KafkaException failure, int id, Class<?> recordClass) {
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause.getClass().getSimpleName().equals("RestClientException")) {
                return String.valueOf(cause.getMessage()).contains("40403")
                        ? new UnreadableRecordException(Reason.UNKNOWN_SCHEMA_ID, "schema id " + id, recordClass.getName(), failure)
                        : new RegistryUnavailableException("No usable answer from the schema registry: " + cause.getMessage(), failure);
            }
            if (cause instanceof IOException && !(cause instanceof EOFException)) {
                return new RegistryUnavailableException("The schema registry can't be reached: " + cause.getMessage(), failure);
            }
        }
        return new UnreadableRecordException(Reason.UNREADABLE_AVRO, failure.toString(), recordClass.getName(), failure);
    }
}
