package org.memlora.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.memlora.topology.Events.at;
import static org.memlora.topology.Events.event;
import static org.memlora.topology.Events.lastTurn;
import static org.memlora.topology.Events.pictureTurn;
import static org.memlora.topology.Events.question;
import static org.memlora.topology.Events.turn;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.Forget;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.OutputKey;
import org.memlora.schemas.Picture;
import org.memlora.schemas.Question;
import org.memlora.schemas.RegistryUnavailableException;
import org.memlora.schemas.Turn;

/** Every kind of input that can't be used ends in the dead letters or a defined answer, and harms nothing else. */
class BadInputTest {

    private TestPipeline pipeline;

    private TestPipeline pipeline(Object... settings) {
        pipeline = new TestPipeline(settings);
        return pipeline;
    }

    @AfterEach
    void shouldGoOnAfterwards() {
        if (pipeline == null) {
            return;
        }
        pipeline.send(lastTurn("good", "g1", 0, "Ann", "Milo is a cat"), question("good", "g2", 1, "Who is Milo?")).flush();
        List<Answer> answers = pipeline.answers();
        pipeline.close();
        assertThat(answers).singleElement().extracting(Answer::getStatus).isEqualTo(AnswerStatus.ANSWERED);
    }

    @Test
    void shouldKeepUnreadableBytesWithTheirPlace() {
        byte[] raw = {7, 1, 2, 3, 4, 5};
        pipeline().send(lastTurn("b1", "e1", 0, "Ann", "Milo is a cat"));

        pipeline.sendRaw("b1", raw);

        assertThat(pipeline.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.getStage()).isEqualTo("inbox");
            assertThat(letter.getReason()).startsWith("UNREADABLE: NOT_CONFLUENT_FORMAT");
            assertThat(letter.getTopic()).isEqualTo("conversation-events");
            assertThat(letter.getPartition()).isZero();
            assertThat(letter.getOffset()).isEqualTo(1);
            assertThat(letter.getRawBytes()).isEqualTo(ByteBuffer.wrap(raw));
            assertThat(letter.getBankId()).isNull();
            assertThat(letter.getEventIds()).isEmpty();
            assertThat(letter.getTime()).isEqualTo(Events.START.plusMillis(1));
        });
    }

    @Test
    void shouldRefuseBytesThatAreCutOff() {
        byte[] whole = pipeline().bytes(turn("b1", "e1", 0, "Ann", "Milo is a cat"));

        pipeline.sendRaw("b1", java.util.Arrays.copyOf(whole, whole.length - 3));

        assertUnreadable("UNREADABLE: UNREADABLE_AVRO");
    }

    @Test
    void shouldRefuseAnUnknownSchemaId() {
        pipeline().sendRaw("b1", new byte[] {0, 0x7F, 0, 0, 1, 2, 3});

        assertUnreadable("UNREADABLE: UNKNOWN_SCHEMA_ID");
    }

    @Test
    void shouldRefuseARecordOfAnotherType() {
        byte[] answer = pipeline().serdes.values(FailedEvent.class).serializer().serialize("other",
                new FailedEvent("inbox", "r", null, List.of(), null, null, List.of(), null, null, null, Events.START));

        pipeline.sendRaw("b1", answer);

        assertUnreadable("UNREADABLE: WRONG_RECORD");
    }

    @Test
    void shouldRefuseANullValue() {
        pipeline().sendRaw("b1", null);

        assertThat(pipeline.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.getReason()).isEqualTo("UNREADABLE: the record has no value");
            assertThat(letter.getRawBytes()).isNull();
            assertThat(letter.getOffset()).isZero();
        });
    }

    @Test
    void shouldRefuseAnEventTooLargeToBeWrittenAgain() {
        pipeline(PipelineSettings.EVENT_MAX_BYTES, 1024).send(turn("b1", "e1", 0, "Ann", "long ".repeat(300)));

        assertThat(pipeline.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.getReason()).startsWith("EVENT_TOO_LARGE: ").endsWith("at most 1024 are read");
            assertThat(letter.getRawBytes()).isNull();
            assertThat(letter.getOffset()).isZero();
        });
    }

    private void assertUnreadable(String reason) {
        assertThat(pipeline.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.getStage()).isEqualTo("inbox");
            assertThat(letter.getReason()).startsWith(reason);
            assertThat(letter.getRawBytes()).isNotNull();
            assertThat(letter.getOffset()).isZero();
        });
    }

    static Stream<Arguments> refused() {
        Turn turn = new Turn("Ann", "hello", null, true);
        return Stream.of(
                Arguments.of("EMPTY_TEXT", lastTurn("b1", "e1", 0, "Ann", " \n")),
                Arguments.of("EMPTY_TEXT", question("b1", "e1", 0, " ")),
                Arguments.of("EMPTY_TEXT", question("b1", "e1", 0, "\u200B\uFEFF \u0007")),
                Arguments.of("TEXT_TOO_LONG: 101 characters, at most 100", lastTurn("b1", "e1", 0, "Ann", "x".repeat(101))),
                Arguments.of("TEXT_TOO_LONG: 101 characters, at most 100", question("b1", "e1", 0, "x".repeat(101))),
                Arguments.of("NO_TIME", event("b1", "e1", null, turn)),
                Arguments.of("INVALID_TIME", event("b1", "e1", Instant.ofEpochMilli(-1), turn)),
                Arguments.of("INVALID_TIME", event("b1", "e1", Instant.ofEpochMilli(1_683_547_200_000_000L), turn)),
                Arguments.of("NO_SPEAKER", lastTurn("b1", "e1", 0, " ", "hello")),
                Arguments.of("NO_EVENT_ID", lastTurn("b1", " ", 0, "Ann", "hello")),
                Arguments.of("NAME_TOO_LONG", lastTurn("b1", "e1", 0, "A".repeat(257), "hello")),
                Arguments.of("TEXT_TOO_LONG", Events.pictureTurn("b1", "e1", 0, "hello", "x".repeat(101))),
                Arguments.of("NO_BANK_ID", lastTurn("", "e1", 0, "Ann", "hello")));
    }

    @Test
    void shouldWriteALetterAboutIdsOfAnyLength() {
        String endless = "id".repeat(1 << 20);
        pipeline();
        byte[] unreadable = {9};
        pipeline.send(lastTurn("b1", endless, 0, "Ann", "hello"), lastTurn(endless, "e1", 0, "Ann", "hello"))
                .sendRaw(endless, unreadable).sendRaw(endless, pipeline.bytes(lastTurn("b1", "e1", 0, "Ann", "hello")))
                .send(lastTurn("b1", "e2", 0, "Ann", "Milo is a cat")).flush();

        assertThat(pipeline.deadLetters()).extracting(letter -> letter.getReason().split(":")[0])
                .containsExactly("ID_TOO_LONG", "ID_TOO_LONG", "UNREADABLE", "KEY_MISMATCH");
        assertThat(pipeline.operations()).hasSize(1);
    }

    @Test
    void shouldKeepRefusedEventsForAReplay() {
        ConversationEvent event = lastTurn("b1", "e1", 0, " ", "hello");
        pipeline().send(event);

        assertThat(pipeline.deadLetters()).singleElement()
                .satisfies(letter -> assertThat(letter.getEvents()).containsExactly(ByteBuffer.wrap(pipeline.bytes(event))));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void shouldRefuse(String reason, ConversationEvent event) {
        pipeline(PipelineSettings.EVENT_TEXT_MAX_CHARS, 100).send(event).flush();

        assertThat(pipeline.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.getStage()).isEqualTo("inbox");
            assertThat(letter.getReason()).startsWith(reason);
            assertThat(letter.getBankId()).isEqualTo(event.getBankId());
            assertThat(letter.getEventIds()).containsExactly(event.getEventId());
            assertThat(letter.getTopic()).isEqualTo("conversation-events");
            assertThat(letter.getPartition()).isZero();
            assertThat(letter.getOffset()).isZero();
        });
        assertThat(pipeline.operations()).isEmpty();
        assertThat(pipeline.answers()).isEmpty();
        assertThat(pipeline.model.requests()).isEmpty();
    }

    @Test
    void shouldTakeTextOfExactlyTheLimit() {
        pipeline(PipelineSettings.EVENT_TEXT_MAX_CHARS, 100).send(lastTurn("b1", "e1", 0, "Ann", "x".repeat(100))).flush();

        assertThat(pipeline.operations()).hasSize(1);
        assertThat(pipeline.deadLetters()).isEmpty();
    }

    @Test
    void shouldRefuseAKeyThatIsNotTheBank() {
        pipeline();
        byte[] event = pipeline.bytes(lastTurn("b1", "e1", 0, "Ann", "Milo is a cat"));

        pipeline.sendRaw("b2", event).sendRaw(null, event).flush();

        assertThat(pipeline.deadLetters()).extracting(FailedEvent::getReason).containsExactly(
                "KEY_MISMATCH: the record key is \"b2\", expected the bankId",
                "KEY_MISMATCH: the record key is null, expected the bankId");
        assertThat(pipeline.operations()).isEmpty();
    }

    @Test
    void shouldRefuseAnEventInAnotherPartitionThanItsBanks() {
        int partitions = 4;
        String ours = Stream.iterate(0, i -> i + 1).map(i -> "bank" + i).filter(bank -> OutputKey.hash(bank) % partitions == 0).findFirst().orElseThrow();
        String strangers = Stream.iterate(0, i -> i + 1).map(i -> "bank" + i).filter(bank -> OutputKey.hash(bank) % partitions == 3).findFirst().orElseThrow();
        try (TestPipeline first = TestPipeline.ofPartitions(partitions)) {
            ConversationEvent misplaced = lastTurn(strangers, "e1", 0, "Ann", "Milo is a cat");
            first.send(misplaced, lastTurn(strangers, "e2", 0, " ", "Milo is a cat"), lastTurn(ours, "e1", 0, "Ann", "Rex is a dog")).flush();

            List<KeyValue<String, FailedEvent>> letters = first.deadLettersWithKeys();
            assertThat(letters).extracting(letter -> letter.key).as("numbers of this task's own").containsExactly("#0-0", "#0-1");
            assertThat(letters.get(1).value.getReason()).startsWith("NO_SPEAKER");
            assertThat(letters.get(0).value).satisfies(letter -> {
                assertThat(letter.getReason()).isEqualTo("WRONG_PARTITION: the bank's partition is 3 of 4, the event stands in 0");
                assertThat(letter.getBankId()).isEqualTo(strangers);
                assertThat(letter.getEvents()).as("for a replay").containsExactly(ByteBuffer.wrap(first.bytes(misplaced)));
            });
            assertThat(first.operations()).extracting(MemoryOperation::getFactText).containsExactly("Ann said Rex is a dog");
        }
    }

    /** Each partition numbers the letters of its own keys: a number of another partition's would stand twice. */
    @Test
    void shouldFileALetterUnderTheKeyOfItsPartition() {
        pipeline();
        byte[] event = pipeline.bytes(lastTurn("b1", "e1", 0, "Ann", "Milo is a cat"));

        pipeline.sendRaw("b2", event).sendRaw(null, event).sendRaw("b2", new byte[] {9}).sendRaw(null, new byte[] {9}).flush();

        assertThat(pipeline.deadLetterKeys()).containsExactly("b2#0", "#0-0", "b2#1", "#0-1");
    }

    @Test
    void shouldUseADuplicateOnce() {
        ConversationEvent turn = lastTurn("b1", "e1", 0, "Ann", "Milo is a cat");
        ConversationEvent question = question("b1", "q1", 1, "Who is Milo?");
        pipeline().send(turn, turn).flush();

        pipeline.send(turn, question, question).flush();

        assertThat(pipeline.operations()).hasSize(1);
        assertThat(pipeline.answers()).hasSize(1);
        assertThat(pipeline.deadLetters()).hasSize(3).allSatisfy(letter -> {
            assertThat(letter.getReason()).startsWith("DUPLICATE_EVENT");
            assertThat(letter.getEvents()).isEmpty();
            assertThat(letter.getStage()).isEqualTo("inbox");
        });
    }

    @Test
    void shouldForgetSeenIdsAfterTheRetention() {
        ConversationEvent turn = lastTurn("b1", "e1", 0, "Ann", "Milo is a cat");
        long start = Events.START.toEpochMilli();
        pipeline(PipelineSettings.SEEN_RETENTION_MS, 1000).sendAt(start, turn).flush();

        pipeline.sendAt(start + 1000, turn).flush();
        assertThat(pipeline.deadLetters()).extracting(FailedEvent::getReason).singleElement().asString().startsWith("DUPLICATE_EVENT");
        pipeline.sendAt(start + 5000, lastTurn("b2", "x1", 0, "Ben", "Rex barks")).flush();

        assertThat(pipeline.keys("seen-events")).hasSize(2).noneMatch(key -> key.contains("e1"));
        pipeline.sendAt(start + 5001, turn).flush();
        assertThat(pipeline.deadLetters()).isEmpty();
        assertThat(pipeline.memories("b1")).hasSize(1);
    }

    @Test
    void shouldForgetSeenIdsWithinAMicroBatchToo() {
        ConversationEvent question = question("b1", "q1", 0, "Who?");
        long start = Events.START.toEpochMilli();

        pipeline(PipelineSettings.SEEN_RETENTION_MS, 1000).sendAt(start, question).sendAt(start + 1001, question).flush();

        assertThat(pipeline.deadLetters()).isEmpty();
        assertThat(pipeline.answers()).hasSize(2);
        assertThat(pipeline.keys("seen-events")).hasSize(2);
    }

    @Test
    void shouldNotLetALateEventCloseANewerMemory() {
        pipeline().model.when(request -> request.expert().equals("update"), "UPDATE 1");

        pipeline.send(lastTurn("b1", "e1", 100, "Ann", "I live in Oslo"), lastTurn("b1", "e2", 0, "Ann", "I live in Rome")).flush();

        assertThat(pipeline.deadLetters()).isEmpty();
        assertThat(pipeline.memories("b1")).filteredOn(memory -> memory.getText().contains("Oslo"))
                .singleElement().matches(memory -> memory.getValidTo() == null);
        assertThat(pipeline.memories("b1")).filteredOn(memory -> memory.getText().contains("Rome"))
                .singleElement().matches(memory -> at(100).equals(memory.getValidTo()));
    }

    @Test
    void shouldRefuseAnEventTooLate() {
        pipeline(PipelineSettings.EVENT_MAX_LATENESS_MS, 60_000).send(lastTurn("b1", "e1", 100, "Ann", "Milo is a cat"),
                lastTurn("b1", "e2", 99, "Ann", "Rex barks"), lastTurn("b1", "e3", 98, "Ann", "Oslo has snow"),
                lastTurn("b2", "e3", 0, "Ann", "Pasta tastes fine")).flush();

        assertThat(pipeline.deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter.getReason()).startsWith("LATE_EVENT: said at " + at(98) + ", when the bank was at " + at(100));
            assertThat(letter.getEventIds()).containsExactly("e3");
            assertThat(letter.getBankId()).isEqualTo("b1");
            assertThat(letter.getOffset()).isEqualTo(2);
            assertThat(letter.getTopic()).isEqualTo("conversation-events");
        });
        assertThat(pipeline.operations()).extracting(MemoryOperation::getSourceEventIds)
                .containsExactlyInAnyOrder(List.of("e1"), List.of("e2"), List.of("e3"));
    }

    @Test
    void shouldReportAPictureNobodyCanSee() {
        pipeline().send(pictureTurn("b1", "e1", 0, "Look at Milo", null), pictureTurn("b1", "e2", 1, "", " "),
                pictureTurn("b1", "e3", 2, "", "a dog in the snow")).flush();

        assertThat(pipeline.deadLetters()).extracting(FailedEvent::getEventIds).containsExactly(List.of("e1"), List.of("e2"));
        assertThat(pipeline.operations()).isNotEmpty();
        assertThat(pipeline.requests("extraction")).singleElement().asString().contains("Look at Milo", "a dog in the snow");
    }

    @Test
    void shouldSayThatAQuestionsPictureWasLeftOut() {
        Picture picture = new Picture(ByteBuffer.wrap(new byte[] {1}), null, "image/png", null);
        pipeline().send(lastTurn("b1", "e1", 0, "Ann", "Milo is a cat"),
                event("b1", "q1", at(1), new Question("Is this Milo?", picture)), event("b2", "q1", at(1), new Question("Is it?", picture))).flush();

        List<Answer> answers = pipeline.answers();
        assertThat(answers).allMatch(answer -> answer.getReason().contains("NO_VISION_EXPERT"));
        assertThat(answers).extracting(Answer::getStatus)
                .containsExactlyInAnyOrder(AnswerStatus.ANSWERED, AnswerStatus.NO_MEMORIES);
    }

    @Test
    void shouldAnswerAQuestionToAnEmptyBankWithoutTheModel() {
        pipeline().send(question("b1", "q1", 0, "Who is Milo?")).flush();

        assertThat(pipeline.answers()).singleElement().satisfies(answer -> {
            assertThat(answer.getStatus()).isEqualTo(AnswerStatus.NO_MEMORIES);
            assertThat(answer.getReason()).startsWith("NO_MEMORIES");
            assertThat(answer.getText()).isEmpty();
            assertThat(answer.getMemories()).isEmpty();
            assertThat(answer.getExpert()).isEqualTo("base");
        });
        assertThat(pipeline.model.requests()).isEmpty();
        assertThat(pipeline.deadLetters()).isEmpty();
    }

    @Test
    void shouldGiveAQuestionWithoutTimeThatOfTheLastTurn() {
        pipeline().send(lastTurn("b1", "e1", 7, "Ann", "Milo is a cat"), event("b1", "q1", null, new Question("Who?", null)),
                event("b2", "q2", null, new Question("Who?", null)), event("b1", "f", null, new Forget(null))).flush();

        assertThat(pipeline.answers()).extracting(Answer::getTime).containsExactlyInAnyOrder(at(7), Events.START.plusMillis(2));
        assertThat(pipeline.operations()).last().extracting(MemoryOperation::getTime).isEqualTo(at(7));
    }

    @Test
    void shouldRetryWhileTheRegistryIsDown() {
        AtomicInteger calls = new AtomicInteger();
        try (AvroSerdes real = AvroSerdes.of(TestPipeline.MOCK_REGISTRY); AvroSerdes down = AvroSerdes.of("http://localhost:1")) {
            Deserializer<ConversationEvent> back = (topic, bytes) -> (calls.incrementAndGet() <= 2 ? down : real)
                    .conversationEvents().deserializer().deserialize(topic, bytes);
            pipeline = new TestPipeline(Optional.of(back));

            pipeline.send(lastTurn("b1", "e1", 0, "Ann", "Milo is a cat")).flush();

            assertThat(calls).hasValueGreaterThan(3);
            assertThat(pipeline.operations()).hasSize(1);
            assertThat(pipeline.deadLetters()).isEmpty();
        }
    }

    @Test
    void shouldStopTheThreadWhenTheRegistryStaysDown() {
        try (AvroSerdes down = AvroSerdes.of("http://localhost:1");
                TestPipeline stopped = new TestPipeline(Optional.of(down.conversationEvents().deserializer()),
                        PipelineSettings.REGISTRY_RETRY_MS, 100)) {
            ConversationEvent event = lastTurn("b1", "e1", 0, "Ann", "Milo is a cat");

            assertThatThrownBy(() -> stopped.send(event)).hasRootCauseInstanceOf(java.net.ConnectException.class)
                    .hasStackTraceContaining(RegistryUnavailableException.class.getName());
            assertThat(stopped.deadLetters()).isEmpty();
        }
    }
}
