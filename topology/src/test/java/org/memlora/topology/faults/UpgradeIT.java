package org.memlora.topology.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
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
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRead;
import org.memlora.schemas.OperationKind;
import org.memlora.schemas.Question;
import org.memlora.schemas.Topics;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.flow.Names;
import org.memlora.topology.memory.BankKey;

/** What a worker of the previous release left behind, by the schemas of then (schemas/src/test/resources/released), is read by this one. */
class UpgradeIT {

    private static final Path RELEASES = Path.of("../schemas/src/test/resources/released");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PARTITIONS = 2;
    private static final int BANKS = 8;
    private static final int MEMORIES_PER_BANK = FaultForm.of(20, 500);
    private static final int HEAP = 256;
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final Instant SAID = Instant.parse("2024-12-01T10:00:00Z");

    @Test
    void shouldReadWhatThePreviousReleaseWrote(@TempDir Path folder) throws Exception {
        Path release = latest();
        Map<String, Schema> then = schemas(release);
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
            FaultRows.add("upgrade: state and events by the previous release's schemas", String.format(
                    "%,d memories and %d turns by the schemas of %s: all read, %d questions answered from them", BANKS * MEMORIES_PER_BANK, BANKS,
                    release.getFileName(), answers.size()));
        }
    }

    private static Path latest() throws IOException {
        try (Stream<Path> releases = Files.list(RELEASES)) {
            return releases.sorted().reduce((former, later) -> later).orElseThrow();
        }
    }

    private static Map<String, Schema> schemas(Path release) throws IOException {
        Schema.Parser parser = new Schema.Parser();
        for (String name : List.of("Picture", "Turn", "Question", "Forget", "ConversationEvent", "MemoryRecord")) {
            parser.parse(Files.readString(release.resolve(name + ".avsc")));
        }
        return Map.of("MemoryRecord", parser.getTypes().get("org.memlora.schemas.MemoryRecord"), "Turn", parser.getTypes().get("org.memlora.schemas.Turn"),
                "ConversationEvent", parser.getTypes().get("org.memlora.schemas.ConversationEvent"));
    }

    /** To the changelog of the store, as the worker of then did. */
    private static void writeMemories(FaultCluster cluster, Schema schema) throws Exception {
        String changelog = cluster.settings("0").text(PipelineSettings.APPLICATION_ID) + "-" + Names.MEMORIES_STORE + "-changelog";
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.brokers()))) {
            admin.createTopics(List.of(new NewTopic(changelog, PARTITIONS, (short) 1).configs(Map.of("cleanup.policy", "compact")))).all().get();
        }
        int id = register(cluster, changelog, schema);
        try (WideEmbedder embedder = new WideEmbedder(); KafkaProducer<Bytes, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.brokers()), new BytesSerializer(), new ByteArraySerializer())) {
            for (int bank = 0; bank < BANKS; bank++) {
                for (int i = 0; i < MEMORIES_PER_BANK; i++) {
                    String text = "Ann owned lantern" + i + " with " + Script.word(bank);
                    GenericRecord memory = new GenericRecordBuilder(schema).set("id", "old-" + bank + "-" + i).set("text", text)
                            .set("validFrom", SAID.toEpochMilli()).set("sourceEventIds", List.of("old-turn-" + i))
                            .set("embedding", bytes(embedder.embed(List.of(text)).get(0))).build();
                    producer.send(new ProducerRecord<>(changelog, partition(Script.bank(bank)), BankKey.of(Script.bank(bank), "old-" + bank + "-" + i),
                            wire(id, memory)));
                }
            }
            producer.flush();
        }
    }

    private static void writeTurns(FaultCluster cluster, Map<String, Schema> then) throws Exception {
        int id = register(cluster, Topics.CONVERSATION_EVENTS.name(), then.get("ConversationEvent"));
        for (int bank = 0; bank < BANKS; bank++) {
            GenericRecord turn = new GenericRecordBuilder(then.get("Turn")).set("speaker", "Ben").set("text", "bought a new kettle with " + Script.word(bank))
                    .set("endsExchange", true).build();
            cluster.sendRaw(Script.bank(bank), wire(id, new GenericRecordBuilder(then.get("ConversationEvent")).set("eventId", "t")
                    .set("bankId", Script.bank(bank)).set("time", SAID.plusSeconds(60).toEpochMilli()).set("body", turn).build()));
        }
    }

    private static int register(FaultCluster cluster, String topic, Schema schema) throws Exception {
        URI versions = URI.create(cluster.settings("0").text(PipelineSettings.SCHEMA_REGISTRY_URL) + "/subjects/" + AvroSerdes.subject(topic) + "/versions");
        String body = JSON.writeValueAsString(Map.of("schema", schema.toString()));
        HttpResponse<String> response = HttpClient.newHttpClient().send(HttpRequest.newBuilder(versions)
                .header("Content-Type", "application/vnd.schemaregistry.v1+json").POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body()).get("id").asInt();
    }

    /** As the events of the bank are spread. */
    private static int partition(String bank) {
        return BuiltInPartitioner.partitionForKey(bank.getBytes(StandardCharsets.UTF_8), PARTITIONS);
    }

    private static ByteBuffer bytes(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return bytes;
    }

    /** Confluent's format: 0, the schema's id, Avro. */
    private static byte[] wire(int schemaId, GenericRecord record) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(schemaId).array());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(record.getSchema(), GenericData.get()).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }
}
