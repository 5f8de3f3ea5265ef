package org.memlora.schemas;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;

/** One filled record per kind, with text that isn't ASCII. */
final class Samples {
    static final Instant TIME = Instant.parse("2023-05-08T13:56:00.123Z");

    private Samples() {
    }

    static ConversationEvent turn() {
        Picture picture = Picture.newBuilder().setBytes(ByteBuffer.wrap(new byte[] {(byte) 0xFF, 0, 1, 2})).setMediaType("image/png").setCaption("a café").build();
        return event(Turn.newBuilder().setSpeaker("Zoë").setText("I moved to Malmö 🙂").setPicture(picture).setEndsExchange(true).build());
    }

    static ConversationEvent question() {
        return event(Question.newBuilder().setText("Where does Zoë live?").build());
    }

    static ConversationEvent forget() {
        return event(Forget.newBuilder().setReason("asked by the person").build());
    }

    private static ConversationEvent event(Object body) {
        return ConversationEvent.newBuilder().setEventId("e-1").setBankId("bank-7").setTime(TIME).setBody(body).build();
    }

    static Answer answer() {
        MemoryRead memory = MemoryRead.newBuilder().setMemoryId("m-1").setText("Zoë moved to Malmö.").setScore(0.75).setValidFrom(TIME)
                .setOccurredOn(LocalDate.of(2023, 5, 7)).setSourceEventIds(List.of("e-1", "e-2")).build();
        StageUsage usage = StageUsage.newBuilder().setStage("generation").setCalls(1).setPromptTokens(173).setOutputTokens(9).setMicros(12_345_678_901L).build();
        return Answer.newBuilder().setQuestionEventId("e-3").setBankId("bank-7").setQuestion("Where does Zoë live?").setStatus(AnswerStatus.ANSWERED)
                .setText("Malmö").setMemories(List.of(memory)).setUsage(List.of(usage)).setModel("tiny").setExpert("generation-1").setTime(TIME).build();
    }

    static MemoryOperation operation() {
        return MemoryOperation.newBuilder().setOperationId("o-1").setBankId("bank-7").setKind(OperationKind.UPDATE).setTime(TIME)
                .setFactText("Zoë moved to Malmö.").setMemoryId("m-2").setTargetMemoryId("m-1").setTargetText("Zoë lives in Lund.")
                .setOccurredOn(LocalDate.of(2023, 5, 7)).setSourceEventIds(List.of("e-1")).setDecidedBy("model")
                .setPicture(new PictureLink("0".repeat(64), "https://example.org/malmö.jpg")).build();
    }

    static FailedEvent failed() {
        return FailedEvent.newBuilder().setStage("inbox").setReason("NOT_CONFLUENT_FORMAT 3 bytes").setEventIds(List.of())
                .setRawBytes(ByteBuffer.wrap(new byte[] {1, 2, 3})).setTopic("conversation-events").setPartition(3).setOffset(42L).setTime(TIME).build();
    }

    static MemoryRecord memory() {
        return MemoryRecord.newBuilder().setId("m-1").setText("Zoë moved to Malmö.").setValidFrom(TIME).setValidTo(TIME.plusSeconds(1))
                .setSourceEventIds(List.of("e-1")).setSupersededBy("m-2").setEmbedding(ByteBuffer.wrap(new byte[] {0, 0, (byte) 0x80, 0x3F}))
                .setSaid(new Said(List.of("malmö", "moved"), ByteBuffer.wrap(new byte[] {0, 0, (byte) 0x80, 0x3F}), List.of("Ann: I moved to Malmö.")))
                .setPicture(new PictureLink("f".repeat(64), null)).build();
    }

    static Stream<SpecificRecord> all() {
        return Stream.of(turn(), question(), forget(), answer(), operation(), failed(), memory());
    }
}
