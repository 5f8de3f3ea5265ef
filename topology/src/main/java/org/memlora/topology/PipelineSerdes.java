package org.memlora.topology;

import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRecord;

/** How the graph's records are written and read. Threading: shared by all stream threads. */
public record PipelineSerdes(Deserializer<ConversationEvent> events, Serde<MemoryRecord> memories, Serializer<Answer> answers,
        Serializer<MemoryOperation> operations, Serializer<FailedEvent> deadLetters) {

    public static PipelineSerdes of(AvroSerdes serdes) {
        return new PipelineSerdes(serdes.conversationEvents().deserializer(), serdes.memoryRecords(),
                serdes.answers().serializer(), serdes.memoryOperations().serializer(), serdes.deadLetters().serializer());
    }
}
