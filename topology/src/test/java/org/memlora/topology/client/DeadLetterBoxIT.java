package org.memlora.topology.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.Topics;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.client.DeadLetterBox.Letter;
import org.memlora.topology.serving.PipelineFixture;
import org.memlora.topology.serving.ScriptedPipeline;

/** Dead letters over a real broker: listed, explained, replayed with one effect, gone. */
class DeadLetterBoxIT {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Test
    void shouldReplayOnceAndEraseTheLetter(@TempDir Path folder) throws Exception {
        ScriptedLanguageModel model = ScriptedPipeline.model(Duration.ZERO);
        try (PipelineFixture pipeline = new PipelineFixture(folder, 2);
                MemoryWorker worker = ScriptedPipeline.worker(pipeline.broker.bootstrapServers(), pipeline.serdes, folder.resolve("state"), model)) {
            worker.start(TIMEOUT);
            pipeline.client.send(ScriptedPipeline.turn("b", 1, "Ann", "poison is green"));
            pipeline.client.send(ScriptedPipeline.turn("b", 2, "Ben", "poison is red"));
            pipeline.client.send(ScriptedPipeline.turn("b", 2, "Ben", "said twice"));
            pipeline.client.send(ScriptedPipeline.turn("b", 3, " ", "nobody spoke"));
            pipeline.client.flush();
            try (KafkaProducer<String, byte[]> raw = new KafkaProducer<>(Map.of("bootstrap.servers", pipeline.broker.bootstrapServers()),
                    new StringSerializer(), new ByteArraySerializer())) {
                raw.send(new ProducerRecord<>(Topics.CONVERSATION_EVENTS.name(), "b", new byte[] {7, 7})).get();
            }
            pipeline.await(Topics.DEAD_LETTERS, TIMEOUT, all -> all.size() == 4);

            try (DeadLetterBox box = pipeline.client.deadLetters()) {
                List<Letter> letters = box.letters();
                assertThat(letters).extracting(Letter::reason).containsExactlyInAnyOrder(DeadLetterReason.MODEL_FAILED,
                        DeadLetterReason.DUPLICATE_EVENT, DeadLetterReason.NO_SPEAKER, DeadLetterReason.UNREADABLE);
                Letter failed = letters.stream().filter(letter -> letter.reason() == DeadLetterReason.MODEL_FAILED).findFirst().orElseThrow();
                assertThat(letters).filteredOn(Letter::canBeReplayed).extracting(Letter::reason)
                        .containsExactlyInAnyOrder(DeadLetterReason.MODEL_FAILED, DeadLetterReason.UNREADABLE);

                // When: the model works again, and the letter is replayed twice, as after a crash between sending and erasing
                model.heal();
                assertThat(box.replay(failed)).isEqualTo(2);
                List<MemoryOperation> operations = pipeline.await(Topics.MEMORY_OPERATIONS, TIMEOUT, all -> all.size() == 2);
                assertThat(operations).extracting(MemoryOperation::getFactText).containsExactly("Ann poison is green", "Ben poison is red");
                assertThat(operations.get(0).getSourceEventIds()).containsExactly("t1~" + failed.id());
                assertThat(operations.get(1).getSourceEventIds()).as("by its place in the letter").containsExactly("t2~" + failed.id() + ".1");
                assertThat(box.letters()).extracting(Letter::id).hasSize(3).doesNotContain(failed.id());
                box.replay(failed);

                // Then
                pipeline.await(Topics.DEAD_LETTERS, TIMEOUT, all -> all.size() == 6);
                assertThat(pipeline.all(Topics.MEMORY_OPERATIONS)).hasSize(2);
                assertThat(box.letters()).extracting(Letter::reason).filteredOn(reason -> reason == DeadLetterReason.DUPLICATE_EVENT).hasSize(3);

                // And bytes that nobody can read come back as a new letter
                Letter unreadable = box.letters().stream().filter(letter -> letter.reason() == DeadLetterReason.UNREADABLE).findFirst().orElseThrow();
                assertThat(box.replay(unreadable)).isEqualTo(1);
                pipeline.await(Topics.DEAD_LETTERS, TIMEOUT, all -> all.size() == 7);
                assertThat(box.letters()).filteredOn(letter -> letter.reason() == DeadLetterReason.UNREADABLE).singleElement()
                        .satisfies(again -> assertThat(again.id()).isNotEqualTo(unreadable.id()));

                // And a letter about an event of the bank under another key, which no Forget of the bank reaches, can be erased
                int before = box.letters().size();
                try (KafkaProducer<String, byte[]> raw = new KafkaProducer<>(Map.of("bootstrap.servers", pipeline.broker.bootstrapServers()),
                        new StringSerializer(), new ByteArraySerializer())) {
                    raw.send(new ProducerRecord<>(Topics.CONVERSATION_EVENTS.name(), "other", pipeline.serdes.conversationEvents().serializer()
                            .serialize(Topics.CONVERSATION_EVENTS.name(), ScriptedPipeline.turn("b", 9, "Ann", "under another key")))).get();
                }
                pipeline.await(Topics.DEAD_LETTERS, TIMEOUT, all -> all.size() == 8);
                assertThat(box.letters()).hasSize(before + 1).filteredOn(letter -> letter.reason() == DeadLetterReason.KEY_MISMATCH).singleElement()
                        .satisfies(letter -> assertThat(letter.key()).isEqualTo("other#0"));
                assertThat(box.eraseUnderOtherKeys("other")).as("it is about b").isZero();
                assertThat(box.eraseUnderOtherKeys("b")).isEqualTo(1);
                assertThat(box.letters()).hasSize(before);
            }
        }
    }
}
