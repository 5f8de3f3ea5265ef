package org.memlora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.bases.BaseCatalog;
import org.memlora.models.bases.CachedBases;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRead;
import org.memlora.schemas.Topics;
import org.memlora.topology.client.ConnectionException;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.client.TopicReader;

/**
 * The commands that a user gives, each a process of its own, with a real base: {@code broker}, {@code send}, {@code serve}, and kill -9
 * of {@code serve} in mid-stream. What the topics hold when read with read_committed is what an undisturbed worker would have written.
 */
class KilledServeIT {

    private static final long SEED = Long.getLong("memlora.seed", 20250301L);
    private static final int KILLS = Integer.getInteger("memlora.kills", 2);
    private static final String BASE = BaseCatalog.SMOLLM2_135M;
    private static final List<String> BANKS = List.of("amber", "birch");
    private static final int PARTITIONS = 2;
    private static final int QUESTION_EVERY = 2;
    private static final int QUESTION_MEMORIES = 50;
    private static final Duration TIMEOUT = Duration.ofMinutes(8);
    /** Single turns of the kind of which even the untuned 135M makes a fact. */
    private static final List<String> SAID = List.of(
            "I moved to Trondheim in May and I live there alone with my cat Miso.",
            "My sister Clara plays the violin in the city orchestra every Thursday.",
            "I started a new job as a nurse at the hospital in Bergen on Monday.",
            "My grandmother Ingrid turned ninety and baked the cake herself.",
            "My dog Rex hurt his paw, so the vet put a bandage on it.",
            "I am learning Japanese because I want to visit Kyoto next spring.",
            "My brother Jonas opened a small bakery near the harbour.",
            "I lost my blue umbrella on the train to Stockholm.");

    private final CommandProcesses commands = new CommandProcesses("killed-serve");

    @AfterEach
    void end() throws InterruptedException {
        commands.close();
    }

    @Test
    void eachOperationAndAnswerIsThereOnce(@TempDir Path folder) throws Exception {
        CachedBases.path(BASE);
        System.out.println("seed " + SEED + ", " + KILLS + " kills, logs in " + new File("target").getAbsolutePath());
        int port = freePort();
        int registryPort = freePort();
        String servers = "localhost:" + port;
        String registry = "http://localhost:" + registryPort;
        String[] where = {"--bootstrap-servers", servers, "--schema-registry-url", registry};
        Path file = Files.write(folder.resolve("days.jsonl"), lines());
        commands.start("broker", "--port", "" + port, "--registry-port", "" + registryPort, "--data-dir", folder.resolve("broker").toString(),
                "--partitions", "" + PARTITIONS);
        try (AvroSerdes serdes = AvroSerdes.of(registry); PipelineClient client = client(servers, serdes)) {
            assertThat(commands.start(with(where, "send", file.toString())).waitFor()).as("exit code of send").isZero();
            Random random = new Random(SEED);
            int answered = 0;
            for (int kill = 1; kill <= KILLS; kill++) {
                Process worker = serve(folder, where);
                answered = await(client, worker, answered + 1);
                Thread.sleep(random.nextInt(1500));
                CommandProcesses.kill(worker);
                answered = read(client, Topics.ANSWERS).size();
                System.out.println("kill " + kill + " after " + answered + " of " + questions() + " answers and "
                        + read(client, Topics.MEMORY_OPERATIONS).size() + " operations");
                assertThat(answered).as("killed in mid-stream").isLessThan(questions());
            }
            Process last = serve(folder, where);
            await(client, last, questions());
            assertThat(commands.start(with(where, "send", file.toString())).waitFor()).as("exit code of the second send").isZero();
            awaitDuplicates(client, last, lines().size());
            last.destroy();
            assertThat(last.waitFor(60, TimeUnit.SECONDS)).as("serve ends on SIGTERM").isTrue();
            assertThat(last.exitValue()).as("exit code of serve").isZero();
            check(read(client, Topics.MEMORY_OPERATIONS), read(client, Topics.ANSWERS));
            assertThat(read(client, Topics.DEAD_LETTERS)).extracting(FailedEvent::getReason)
                    .allMatch(reason -> reason.matches("(TOKEN_LIMIT|UNGROUNDED|DUPLICATE_EVENT):.*"));
        }
    }

    /** The banks hear the same: a turn a day, a question after every second. */
    private static List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= SAID.size(); i++) {
            for (String bank : BANKS) {
                String place = "\"bank\": \"" + bank + "\", \"time\": \"2025-03-" + (10 + i) + "T10:00:00Z\"";
                lines.add("{\"type\": \"turn\", " + place + ", \"id\": \"" + i + "\", \"speaker\": \"Ann\", \"text\": \"" + SAID.get(i - 1)
                        + "\", \"endsExchange\": true}");
                if (i % QUESTION_EVERY == 0) {
                    lines.add("{\"type\": \"question\", " + place + ", \"id\": \"q" + i + "\", \"text\": \"Who plays the violin?\"}");
                }
            }
        }
        return lines;
    }

    private static int questions() {
        return BANKS.size() * SAID.size() / QUESTION_EVERY;
    }

    private static void check(List<MemoryOperation> operations, List<Answer> answers) {
        assertThat(operations).extracting(MemoryOperation::getOperationId).doesNotHaveDuplicates();
        for (String bank : BANKS) {
            List<Answer> own = answers.stream().filter(answer -> answer.getBankId().equals(bank)).toList();
            assertThat(own).extracting(Answer::getQuestionEventId).as("each question of %s once, in order", bank)
                    .containsExactly("q2", "q4", "q6", "q8");
            List<MemoryOperation> trail = operations.stream().filter(operation -> operation.getBankId().equals(bank)).toList();
            assertThat(trail).extracting(operation -> Integer.valueOf(operation.getSourceEventIds().get(0))).as("turns of %s in order", bank).isSorted();
            List<String> made = trail.stream().map(MemoryOperation::getMemoryId).filter(Objects::nonNull).toList();
            System.out.println(bank + ": " + trail.size() + " operations, " + made.size() + " memories");
            assertThat(made).doesNotHaveDuplicates().isNotEmpty();
            List<String> read = own.get(own.size() - 1).getMemories().stream().map(MemoryRead::getMemoryId).toList();
            assertThat(read).as("the store and the audit trail of %s hold the same memories", bank)
                    .hasSize(Math.min(QUESTION_MEMORIES, made.size())).isSubsetOf(made);
        }
    }

    private Process serve(Path folder, String[] where) throws IOException {
        return commands.start(with(where, "serve", "--base", BASE, "--experts", "none", "--device", "cpu", "--state-dir", folder.resolve("state").toString(),
                "--application-id", "killed", "-D", "batch.events=4", "-D", "question.memories=" + QUESTION_MEMORIES));
    }

    private static String[] with(String[] where, String... command) {
        return Stream.concat(Stream.of(command), Stream.of(where)).toArray(String[]::new);
    }

    private static PipelineClient client(String servers, AvroSerdes serdes) throws InterruptedException {
        Instant end = Instant.now().plus(TIMEOUT);
        while (true) {
            PipelineClient client = new PipelineClient(servers, serdes, Map.of(), 1 << 20);
            try {
                client.requireBroker();
                client.createTopics(PARTITIONS, Optional.empty());
                return client;
            } catch (ConnectionException e) {
                client.close();
                if (Instant.now().isAfter(end)) {
                    throw e;
                }
            }
        }
    }

    /** Waits until so many answers are committed; their number. */
    private static int await(PipelineClient client, Process worker, int answers) throws InterruptedException {
        Instant end = Instant.now().plus(TIMEOUT);
        int found = read(client, Topics.ANSWERS).size();
        while (found < answers) {
            assertThat(worker.isAlive()).as("serve runs").isTrue();
            assertThat(Instant.now()).as("%d of %d answers", found, answers).isBefore(end);
            Thread.sleep(500);
            found = read(client, Topics.ANSWERS).size();
        }
        return found;
    }

    /** A file sent twice has no second effect: all its events end as duplicates. */
    private static void awaitDuplicates(PipelineClient client, Process worker, int events) throws InterruptedException {
        Instant end = Instant.now().plus(TIMEOUT);
        long found = 0;
        while (found < events) {
            assertThat(worker.isAlive()).as("serve runs").isTrue();
            assertThat(Instant.now()).as("%d of %d duplicates", found, events).isBefore(end);
            Thread.sleep(500);
            found = read(client, Topics.DEAD_LETTERS).stream().filter(letter -> letter.getReason().startsWith("DUPLICATE_EVENT")).count();
        }
        assertThat(found).isEqualTo(events);
    }

    private static <V extends SpecificRecord> List<V> read(PipelineClient client, Topics.Topic<V> topic) {
        try (TopicReader<V> reader = client.read(topic, true)) {
            return reader.readToEnd().stream().map(record -> record.value()).toList();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
            return socket.getLocalPort();
        }
    }
}
