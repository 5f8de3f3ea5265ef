package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.schemas.Answer;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRead;
import org.memlora.schemas.OperationKind;
import org.memlora.schemas.Question;
import org.memlora.schemas.Topics;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.ReleasedRecords;

/**
 * Memories and events that were written by the schemas of the previous release (schemas/src/test/resources/released) are read by this one. Names of
 * topics and subjects and the layout of keys stand here as they were then: who changes them loses memories.
 */
class UpgradeIT {

    private static final Path RELEASE = Path.of("../schemas/src/test/resources/released/v1");
    private static final String CHANGELOG = "faults-memories-changelog";
    private static final int PARTITIONS = 2;
    private static final int BANKS = 8;
    private static final int MEMORIES_PER_BANK = FaultForm.of(20, 500);
    private static final int HEAP = 256;
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final Instant SAID = Instant.parse("2024-12-01T10:00:00Z");

    @Test
    void shouldReadWhatThePreviousReleaseWrote(@TempDir Path folder) throws Exception {
        Map<String, Schema> then = schemas();
        assertThat(then.get("MemoryRecord").getField("said")).as("a schema that differs from today's").isNull();
        try (FaultCluster cluster = new FaultCluster(folder, PARTITIONS)) {
            writeMemories(cluster, then.get("MemoryRecord"));
            writeTurns(cluster, then);

            ChildProcess worker = cluster.startWorker("0", HEAP, 0);
            List<ConversationEvent> questions = new ArrayList<>();
            for (int bank = 0; bank < BANKS; bank++) {
                questions.add(new ConversationEvent("q", Script.bank(bank), null, new Question("Who owned lantern" + bank + "?", null)));
            }
            questions.forEach(cluster::send);
            cluster.flush();
            cluster.awaitAnswers(questions, TIMEOUT);
            worker.stop();

            List<Answer> answers = cluster.read(Topics.ANSWERS);
            for (Answer answer : answers) {
                int bank = Integer.parseInt(answer.getBankId().replaceAll("\\D", ""));
                assertThat(answer.getMemories()).extracting(MemoryRead::getMemoryId).contains("old-" + bank + "-" + bank);
                assertThat(answer.getText()).contains("owned lantern" + bank + " ");
            }
            List<MemoryOperation> operations = cluster.read(Topics.MEMORY_OPERATIONS);
            assertThat(operations).hasSize(BANKS).allMatch(operation -> operation.getFactText().contains("a new kettle"));
            int memories = cluster.outcome().memories();
            long added = operations.stream().filter(operation -> operation.getKind() != OperationKind.NONE).count();
            assertThat(memories).isEqualTo(BANKS * MEMORIES_PER_BANK + (int) added);
            FaultRows.add("upgrade: memories and events by the previous release's schemas", String.format(
                    "%,d memories and %d turns by the schemas of %s: all read, %d questions answered from them", BANKS * MEMORIES_PER_BANK, BANKS,
                    RELEASE.getFileName(), answers.size()));
        }
    }

    private static Map<String, Schema> schemas() throws IOException {
        Schema.Parser parser = new Schema.Parser();
        for (String name : List.of("Picture", "Turn", "Question", "Forget", "ConversationEvent", "MemoryRecord")) {
            parser.parse(Files.readString(RELEASE.resolve(name + ".avsc")));
        }
        return Map.of("MemoryRecord", parser.getTypes().get("org.memlora.schemas.MemoryRecord"), "Turn", parser.getTypes().get("org.memlora.schemas.Turn"),
                "ConversationEvent", parser.getTypes().get("org.memlora.schemas.ConversationEvent"));
    }

    /** To the changelog of the store, as the worker of then did. */
    private static void writeMemories(FaultCluster cluster, Schema schema) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.brokers()))) {
            admin.createTopics(List.of(new NewTopic(CHANGELOG, PARTITIONS, (short) 1).configs(Map.of("cleanup.policy", "compact")))).all().get();
        }
        int id = ReleasedRecords.register(registry(cluster), CHANGELOG + "-value", schema);
        try (WideEmbedder embedder = new WideEmbedder(); KafkaProducer<Bytes, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.brokers()), new BytesSerializer(), new ByteArraySerializer())) {
            for (int bank = 0; bank < BANKS; bank++) {
                for (int i = 0; i < MEMORIES_PER_BANK; i++) {
                    String text = "Ann owned lantern" + i + " with " + Script.word(bank);
                    GenericRecord memory = new GenericRecordBuilder(schema).set("id", "old-" + bank + "-" + i).set("text", text)
                            .set("validFrom", SAID.toEpochMilli()).set("sourceEventIds", List.of("old-turn-" + i))
                            .set("embedding", bytes(embedder.embed(List.of(text)).get(0))).build();
                    producer.send(new ProducerRecord<>(CHANGELOG, partition(Script.bank(bank)), key(Script.bank(bank), "old-" + bank + "-" + i),
                            ReleasedRecords.wireFormat(id, memory)));
                }
            }
            producer.flush();
        }
    }

    private static void writeTurns(FaultCluster cluster, Map<String, Schema> then) throws Exception {
        int id = ReleasedRecords.register(registry(cluster), "conversation-events-value", then.get("ConversationEvent"));
        for (int bank = 0; bank < BANKS; bank++) {
            GenericRecord turn = new GenericRecordBuilder(then.get("Turn")).set("speaker", "Ben").set("text", "bought a new kettle with " + Script.word(bank))
                    .set("endsExchange", true).build();
            cluster.sendRaw(Script.bank(bank), ReleasedRecords.wireFormat(id, new GenericRecordBuilder(then.get("ConversationEvent")).set("eventId", "t")
                    .set("bankId", Script.bank(bank)).set("time", SAID.plusSeconds(60).toEpochMilli()).set("body", turn).build()));
        }
    }

    private static String registry(FaultCluster cluster) {
        return cluster.settings("0").text(PipelineSettings.SCHEMA_REGISTRY_URL);
    }

    /** As the events of the bank are spread. */
    private static int partition(String bank) {
        return BuiltInPartitioner.partitionForKey(bank.getBytes(StandardCharsets.UTF_8), PARTITIONS);
    }

    /** The first half of the bank's SHA-256, then the id. */
    private static Bytes key(String bank, String id) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(bank.getBytes(StandardCharsets.UTF_8));
        byte[] name = id.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(16 + name.length).put(hash, 0, 16).put(name).array());
    }

    private static ByteBuffer bytes(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return bytes;
    }
}
