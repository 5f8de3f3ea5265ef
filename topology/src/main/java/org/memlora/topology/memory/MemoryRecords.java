package org.memlora.topology.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.schemas.MemoryRead;
import org.memlora.schemas.MemoryRecord;
import org.memlora.schemas.PictureLink;
import org.memlora.schemas.Said;

/** Memories as operators see them, to and from Avro. */
public final class MemoryRecords {

    private MemoryRecords() { }

    public static MemoryRecord toRecord(Memory memory) {
        MemoryRecord record = new MemoryRecord();
        record.setId(memory.id());
        record.setText(memory.text());
        record.setValidFrom(memory.validFrom());
        record.setValidTo(memory.validTo().orElse(null));
        record.setOccurredOn(memory.occurredOn().orElse(null));
        record.setSourceEventIds(memory.sourceEventIds());
        record.setSupersedes(memory.supersedes().orElse(null));
        record.setSupersededBy(memory.supersededBy().orElse(null));
        record.setEmbedding(toBytes(memory.embedding()));
        record.setSaid(memory.said().map(said -> new Said(List.copyOf(said.words()), toBytes(said.embedding()), said.lines())).orElse(null));
        record.setPicture(memory.picture().map(MemoryRecords::toRecord).orElse(null));
        return record;
    }

    public static PictureLink toRecord(org.memlora.operators.memory.PictureLink link) {
        return new PictureLink(link.hash(), link.uri().orElse(null));
    }

    public static Memory toMemory(MemoryRecord record) {
        return new Memory(record.getId(), record.getText(), record.getValidFrom(), Optional.ofNullable(record.getValidTo()),
                Optional.ofNullable(record.getOccurredOn()), record.getSourceEventIds(),
                Optional.ofNullable(record.getSupersedes()), Optional.ofNullable(record.getSupersededBy()),
                toFloats(record.getEmbedding()),
                Optional.ofNullable(record.getSaid()).map(said -> new Memory.Said(Set.copyOf(said.getWords()), toFloats(said.getEmbedding()), said.getLines())),
                Optional.ofNullable(record.getPicture())
                        .map(link -> new org.memlora.operators.memory.PictureLink(link.getHash(), Optional.ofNullable(link.getUri()))));
    }

    public static MemoryRead toRead(ScoredMemory scored) {
        Memory memory = scored.memory();
        MemoryRead read = new MemoryRead();
        read.setMemoryId(memory.id());
        read.setText(memory.text());
        read.setScore(scored.score());
        read.setValidFrom(memory.validFrom());
        read.setValidTo(memory.validTo().orElse(null));
        read.setOccurredOn(memory.occurredOn().orElse(null));
        read.setSourceEventIds(memory.sourceEventIds());
        return read;
    }

    private static ByteBuffer toBytes(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return bytes;
    }

    private static float[] toFloats(ByteBuffer bytes) {
        float[] vector = new float[bytes.remaining() / Float.BYTES];
        bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }
}
