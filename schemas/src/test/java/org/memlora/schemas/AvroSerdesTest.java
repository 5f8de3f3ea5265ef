package org.memlora.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.schemas.UnreadableRecordException.Reason;
import org.memlora.schemas.registry.EmbeddedSchemaRegistry;

class AvroSerdesTest {
    private static final String TOPIC = Topics.ANSWERS.name();
    private final String mock = "mock://" + System.nanoTime();
    private final AvroSerdes serdes = AvroSerdes.of(mock);
    private final Serde<Answer> answers = serdes.answers();

    static Stream<SpecificRecord> samples() {
        return Samples.all();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyRecordSurvivesARoundTrip(SpecificRecord sample) {
        assertRoundTrip(serdes, sample);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void everyRecordSurvivesARoundTripOverHttp(SpecificRecord sample, @TempDir Path folder) {
        try (EmbeddedSchemaRegistry registry = EmbeddedSchemaRegistry.start(folder);
                AvroSerdes writing = AvroSerdes.of(registry.url());
                AvroSerdes reading = AvroSerdes.of("http://127.0.0.1:1," + registry.url())) {
            byte[] bytes = write(writing, sample);
            assertThat(reading.values(sample.getClass()).deserializer().deserialize("t", bytes)).isEqualTo(sample);
        }
    }

    private static void assertRoundTrip(AvroSerdes serdes, SpecificRecord sample) {
        SpecificRecord read = serdes.values(sample.getClass()).deserializer().deserialize("t", write(serdes, sample));
        assertThat(read).isEqualTo(sample).hasToString(sample.toString());
        assertThat(sample).isEqualTo(read);
    }

    @SuppressWarnings("unchecked")
    private static byte[] write(AvroSerdes serdes, SpecificRecord sample) {
        return ((Serializer<SpecificRecord>) serdes.values(sample.getClass()).serializer()).serialize("t", sample);
    }

    @Test
    void wireFormatIsAZeroByteAndTheIdBigEndian() {
        byte[] first = serdes.deadLetters().serializer().serialize(Topics.DEAD_LETTERS.name(), Samples.failed());
        byte[] second = answers.serializer().serialize(TOPIC, Samples.answer());
        assertThat(HexFormat.of().formatHex(first, 0, 5)).isEqualTo("0000000001");
        assertThat(HexFormat.of().formatHex(second, 0, 5)).isEqualTo("0000000002");
        assertThat(new String(second, 6, 3, StandardCharsets.UTF_8)).isEqualTo("e-3");
    }

    @Test
    void registeredSchemaCarriesDocsAndNothingOfJava() {
        answers.serializer().serialize(TOPIC, Samples.answer());
        Schema registered = new ConfluentRegistry(mock, Map.of()).schema(1).orElseThrow();
        assertThat(registered.toString()).doesNotContain("avro.java").contains("eventId of the question.");
        assertThat(registered.getFullName()).isEqualTo("org.memlora.schemas.Answer");
    }

    @Test
    void nullIsNull() {
        assertThat(answers.serializer().serialize(TOPIC, null)).isNull();
        assertThat(answers.deserializer().deserialize(TOPIC, null)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "00000000", "0100000001", "7b22746578742227d0"})
    void otherBytesAreNotConfluentFormat(String hex) {
        assertReason(HexFormat.of().parseHex(hex), Reason.NOT_CONFLUENT_FORMAT);
    }

    @Test
    void unknownIdIsPermanent(@TempDir Path folder) {
        byte[] bytes = {0, 0, 0, 4, (byte) 0xD2, 2};
        assertThat(assertReason(bytes, Reason.UNKNOWN_SCHEMA_ID).found()).isEqualTo("schema id 1234");
        try (EmbeddedSchemaRegistry registry = EmbeddedSchemaRegistry.start(folder); AvroSerdes http = AvroSerdes.of(registry.url())) {
            assertThat(catchThrowableOfType(UnreadableRecordException.class, () -> http.answers().deserializer().deserialize(TOPIC, bytes)).reason())
                    .isEqualTo(Reason.UNKNOWN_SCHEMA_ID);
        }
    }

    @Test
    void wrongRecordNamesBoth() {
        byte[] bytes = serdes.memoryOperations().serializer().serialize(TOPIC, Samples.operation());
        UnreadableRecordException e = assertReason(bytes, Reason.WRONG_RECORD);
        assertThat(e.found()).isEqualTo("org.memlora.schemas.MemoryOperation");
        assertThat(e.expected()).isEqualTo("org.memlora.schemas.Answer");
    }

    @Test
    void truncatedAndTrailingBytesAreUnreadable() {
        byte[] bytes = answers.serializer().serialize(TOPIC, Samples.answer());
        for (int length = 5; length < bytes.length; length++) {
            assertReason(Arrays.copyOf(bytes, length), Reason.UNREADABLE_AVRO);
        }
        assertReason(Arrays.copyOf(bytes, bytes.length + 1), Reason.UNREADABLE_AVRO);
    }

    @ParameterizedTest
    @ValueSource(strings = {"feffffff0f", "0000 00 feffffff0f", "0000 00 00 00 02 feffffff0f", "0000 00 00 00 02 8080808008"})
    void lyingLengthsDoNotExhaustMemory(String body) {
        Serde<FailedEvent> serde = serdes.deadLetters();
        byte[] header = Arrays.copyOf(serde.serializer().serialize("t", Samples.failed()), 5);
        byte[] lie = HexFormat.of().parseHex(body.replace(" ", ""));
        byte[] bytes = ByteBuffer.allocate(5 + lie.length).put(header).put(lie).array();
        assertThat(catchThrowableOfType(UnreadableRecordException.class, () -> serde.deserializer().deserialize("t", bytes)).reason())
                .isEqualTo(Reason.UNREADABLE_AVRO);
    }

    @Test
    void damagedBytesFailInNoOtherWay() {
        Random random = new Random(7);
        Serde<ConversationEvent> serde = serdes.conversationEvents();
        byte[] whole = serde.serializer().serialize("t", Samples.turn());
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = whole.clone();
            for (int n = random.nextInt(4); n >= 0; n--) {
                bytes[5 + random.nextInt(bytes.length - 5)] = (byte) random.nextInt();
            }
            try {
                serde.deserializer().deserialize("t", bytes);
            } catch (UnreadableRecordException e) {
                assertThat(e.reason()).isEqualTo(Reason.UNREADABLE_AVRO);
            }
        }
    }

    private UnreadableRecordException assertReason(byte[] bytes, Reason reason) {
        UnreadableRecordException e = catchThrowableOfType(UnreadableRecordException.class, () -> answers.deserializer().deserialize(TOPIC, bytes));
        assertThat(e).isNotNull();
        assertThat(e.reason()).isEqualTo(reason);
        return e;
    }

    @Test
    void newerWritersSymbolAndFieldAreTolerated() throws IOException {
        String present = WireFormat.portable(Answer.getClassSchema()).toString();
        Schema newer = new Schema.Parser().parse(present.replace("\"FAILED\",", "\"FAILED\",\"POSTPONED\",")
                .replace("\"fields\":[{\"name\":\"questionEventId\"", "\"fields\":[{\"name\":\"added\",\"type\":\"int\",\"default\":0},{\"name\":\"questionEventId\""));
        GenericRecord record = new GenericData.Record(newer);
        for (Schema.Field field : newer.getFields()) {
            record.put(field.name(), field.schema().getType() == Schema.Type.STRING ? "x" : field.schema().getType() == Schema.Type.ARRAY ? List.of() : null);
        }
        record.put("added", 1);
        record.put("time", Samples.TIME.toEpochMilli());
        record.put("status", new GenericData.EnumSymbol(newer.getField("status").schema(), "POSTPONED"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int id = new ConfluentRegistry(mock, Map.of()).register("newer-value", newer);
        out.write(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(newer).write(record, encoder);
        encoder.flush();
        Answer read = answers.deserializer().deserialize(TOPIC, out.toByteArray());
        assertThat(read.getStatus()).isEqualTo(AnswerStatus.UNKNOWN);
        assertThat(read.getTime()).isEqualTo(Samples.TIME);
    }

    @Test
    void unsetFieldIsRefusedAtWriting() {
        assertThatThrownBy(() -> answers.serializer().serialize(TOPIC, new Answer())).isInstanceOf(SerializationException.class)
                .hasMessageContaining("Answer");
    }

    @Test
    void registryThatIsDownIsRetriable() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = socket.getLocalPort();
        }
        assertUnavailable("http://127.0.0.1:" + port);
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 401, 500, 503})
    void answerThatIsNotARegistrysIsRetriable(int status) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/", exchange -> {
            byte[] page = "<html>nothing here</html>".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
        try {
            assertUnavailable("http://127.0.0.1:" + server.getAddress().getPort());
        } finally {
            server.stop(0);
        }
    }

    private static void assertUnavailable(String url) {
        try (AvroSerdes down = AvroSerdes.of(url)) {
            assertThatThrownBy(() -> down.answers().deserializer().deserialize(TOPIC, new byte[] {0, 0, 0, 0, 1, 0}))
                    .isInstanceOf(RegistryUnavailableException.class).hasMessageContaining(url);
            assertThatThrownBy(() -> down.answers().serializer().serialize(TOPIC, Samples.answer()))
                    .isInstanceOf(RegistryUnavailableException.class);
        }
    }

    @Test
    void incompatibleSchemaIsRefused(@TempDir Path folder) {
        try (EmbeddedSchemaRegistry registry = EmbeddedSchemaRegistry.start(folder); AvroSerdes http = AvroSerdes.of(registry.url())) {
            http.answers().serializer().serialize("t", Samples.answer());
            assertThatThrownBy(() -> http.deadLetters().serializer().serialize("t", Samples.failed()))
                    .isInstanceOf(SchemaRefusedException.class).hasMessageContaining("t-value");
        }
    }

    @Test
    void topicsAreDistinctAndTyped() {
        assertThat(Topics.ALL).extracting(Topics.Topic::name)
                .containsExactly("conversation-events", "answers", "memory-operations", "dead-letters");
        assertThat(Topics.ANSWERS.subject()).isEqualTo("answers-value");
        assertThat(Topics.DEAD_LETTERS.keySerde().serializer().serialize("t", null)).isNull();
    }

    @Test
    void configurationIsChecked() {
        assertThatThrownBy(() -> AvroSerdes.of(Map.of())).isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> AvroSerdes.of("localhost:8081")).isInstanceOf(ConfigException.class);
        assertThatThrownBy(() -> AvroSerdes.of(Map.of(AvroSerdes.REGISTRY_URL, mock, AvroSerdes.SERDE_CLASS, "no.such.Serde")).answers())
                .isInstanceOf(ConfigException.class).hasMessageContaining("no.such.Serde");
    }

    @Test
    void serdeOfTheConfigurationIsUsedAndItsFailuresTranslated() {
        Map<String, Object> settings = new HashMap<>(Map.of(AvroSerdes.REGISTRY_URL, mock, AvroSerdes.SERDE_CLASS, Other.class.getName()));
        settings.put("unset", null);
        Serde<Answer> serde = AvroSerdes.of(settings).answers();
        byte[] bytes = serde.serializer().serialize(TOPIC, Samples.answer());
        assertThat(answers.deserializer().deserialize(TOPIC, bytes)).isEqualTo(Samples.answer());
        assertThat(serde.deserializer().deserialize(TOPIC, bytes)).isEqualTo(Samples.answer());
        assertThat(serde.deserializer().deserialize(TOPIC, null)).isNull();
        assertForeign(serde, "eof", Reason.UNREADABLE_AVRO);
        assertForeign(serde, "unknown", Reason.UNKNOWN_SCHEMA_ID);
        assertForeign(serde, "wrong", Reason.WRONG_RECORD);
        assertForeign(serde, null, Reason.NOT_CONFLUENT_FORMAT);
        assertThatThrownBy(() -> serde.deserializer().deserialize("down", bytes)).isInstanceOf(RegistryUnavailableException.class);
        assertThatThrownBy(() -> serde.deserializer().deserialize("error", bytes)).isInstanceOf(RegistryUnavailableException.class);
    }

    private static void assertForeign(Serde<Answer> serde, String topic, Reason reason) {
        byte[] bytes = topic == null ? new byte[] {1, 2} : new byte[] {0, 0, 0, 0, 1};
        assertThat(catchThrowableOfType(UnreadableRecordException.class, () -> serde.deserializer().deserialize(topic, bytes)).reason()).isEqualTo(reason);
    }

    /** Fails as Confluent's deserializer does, by the name of the topic. */
    public static final class Other extends Serdes.WrapperSerde<SpecificRecord> {
        public Other() {
            this(new Serde<?>[1]);
        }

        private Other(Serde<?>[] inner) {
            super(new Serializer<>() {
                @Override
                public void configure(Map<String, ?> settings, boolean isKey) {
                    inner[0] = AvroSerdes.of(settings.get(AvroSerdes.REGISTRY_URL).toString()).answers();
                }

                @Override
                public byte[] serialize(String topic, SpecificRecord value) {
                    return ours(inner).serializer().serialize(topic, (Answer) value);
                }
            }, (topic, bytes) -> read(inner, topic, bytes));
        }

        @SuppressWarnings("unchecked")
        private static Serde<Answer> ours(Serde<?>[] inner) {
            return (Serde<Answer>) inner[0];
        }

        private static SpecificRecord read(Serde<?>[] inner, String topic, byte[] bytes) {
            return switch (topic) {
                case "eof" -> throw new SerializationException("short", new EOFException());
                case "down" -> throw new SerializationException("no registry", new IOException("refused"));
                case "unknown" -> throw new SerializationException("no schema", new RestClientException("Schema not found; error code: 40403"));
                case "error" -> throw new SerializationException("no schema", new RestClientException("Oops; error code: 50001"));
                case "wrong" -> Samples.failed();
                default -> ours(inner).deserializer().deserialize(topic, bytes);
            };
        }
    }

    private static final class RestClientException extends Exception {
        private static final long serialVersionUID = 1L;

        RestClientException(String message) {
            super(message);
        }
    }

    @Test
    void deserializerIsSharedByThreads() {
        Deserializer<Answer> reading = answers.deserializer();
        byte[] bytes = answers.serializer().serialize(TOPIC, Samples.answer());
        assertThat(Stream.generate(() -> bytes).limit(5_000).parallel().map(b -> reading.deserialize(TOPIC, b)).distinct().toList())
                .containsExactly(Samples.answer());
    }
}
