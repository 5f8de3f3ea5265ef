package org.memlora.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Forget;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.Topics;
import org.memlora.topology.client.BankErasure;
import org.memlora.topology.client.DeadLetterBox;
import org.memlora.topology.client.ErasureLimits;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.client.TopicReader;
import org.memlora.topology.demo.WorkProgress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "forget", mixinStandardHelpOptions = true,
        description = "Erases what a bank remembers, and says when nothing of it is left anywhere.")
final class ForgetCommand implements Callable<Integer> {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int LOOKS = 20;
    private static final long SHORTEST_PAUSE_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 60_000;

    @Mixin
    private ConnectionOptions connection;

    @Option(names = "--bank", required = true, paramLabel = "B", description = "The memory bank.")
    private String bank;

    @Option(names = "--reason", description = "For the audit trail.")
    private String reason;

    @Option(names = "--application-id", paramLabel = "ID", description = "That of the workers: the prefix of their changelogs.")
    private String applicationId;

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "How long to wait while no worker gets on with the events before it."
            + " Default: ${DEFAULT-VALUE}.", defaultValue = "120")
    private Duration timeout;

    @Option(names = "--wait", description = "Wait until no topic and no changelog holds a record of the bank, and read them all to see it.")
    private boolean wait;

    @Override
    public Integer call() throws Exception {
        String application = connection.applicationId(applicationId);
        ConversationEvent event = new ConversationEvent();
        event.setEventId("forget-" + UUID.randomUUID());
        event.setBankId(bank);
        event.setTime(Instant.now());
        event.setBody(new Forget(reason));
        try (PipelineClient client = connection.client()) {
            ErasureLimits limits = client.erasureLimits(application);
            Instant sent = Instant.now();
            try {
                awaitForgotten(client, application, event);
            } catch (EventWait.GivenUpException e) {
                System.out.println(e.getMessage() + " The bank is erased when a worker has done it.");
                eraseUnderOtherKeys(client);
                print(limits);
                return 1;
            }
            System.out.println("Bank " + bank + " is forgotten: no question sees it any more.");
            eraseUnderOtherKeys(client);
            print(limits);
            return wait ? await(client, application, sent, limits) : 0;
        }
    }

    /** They hold the events, and a replay would bring those back. */
    private void eraseUnderOtherKeys(PipelineClient client) throws InterruptedException {
        try (DeadLetterBox box = client.deadLetters()) {
            int letters = box.eraseUnderOtherKeys(bank);
            if (letters > 0) {
                System.out.println("  " + letters + (letters == 1 ? " dead letter" : " dead letters") + " about events of the bank that came under another key: erased, too."
                        + " The events themselves stand under those keys in " + Topics.CONVERSATION_EVENTS.name() + " until its retention.ms.");
            }
        }
    }

    private void awaitForgotten(PipelineClient client, String application, ConversationEvent event) throws InterruptedException {
        try (TopicReader<MemoryOperation> operations = client.read(Topics.MEMORY_OPERATIONS, false);
                EventWait wait = new EventWait(client, event, "erasure", application, timeout, new WorkProgress(System.err))) {
            while (operations.poll(POLL).stream().noneMatch(record -> record.value().getSourceEventIds().contains(event.getEventId()))) {
                wait.look();
            }
        }
    }

    private void print(ErasureLimits limits) {
        limits.problems().forEach(problem -> System.out.println("  " + problem));
        System.out.println(limits.longest().map(longest -> "Its bytes leave all topics, changelogs and files within " + text(longest)
                + " at most" + (wait ? "." : "; --wait waits for it and checks.")).orElse("Its bytes have no limit of time to leave."));
    }

    /** Readable by a person: 1 d 0 h 6 min, 35 s. */
    private static String text(Duration duration) {
        return duration.compareTo(Duration.ofMinutes(5)) < 0 ? duration.toSeconds() + 1 + " s"
                : duration.toDays() + " d " + duration.toHoursPart() + " h " + (duration.toMinutesPart() + 1) + " min";
    }

    private int await(PipelineClient client, String application, Instant sent, ErasureLimits limits) throws InterruptedException {
        Optional<Instant> end = limits.longest().map(longest -> sent.plus(longest.multipliedBy(2)));
        long pause = limits.longest().map(longest -> longest.toMillis() / LOOKS).orElse(LONGEST_PAUSE_MILLIS);
        Map<String, Integer> before = Map.of();
        try (BankErasure erasure = client.erasure(application, bank)) {
            while (true) {
                Map<String, Integer> left = erasure.left();
                long seconds = Duration.between(sent, Instant.now()).toSeconds();
                if (left.isEmpty()) {
                    System.out.println("Complete after " + seconds + " s: none of " + erasure.partitions()
                            + " partitions holds a record of bank " + bank + ".");
                    return 0;
                }
                if (!left.equals(before)) {
                    System.out.println("  after " + seconds + " s left: " + left);
                    before = left;
                }
                if (end.isPresent() && Instant.now().isAfter(end.get())) {
                    throw new IllegalStateException("Not complete after twice the time it may take: " + left
                            + ". Is a worker running, and does the brokers' log cleaner?");
                }
                Thread.sleep(Math.min(LONGEST_PAUSE_MILLIS, Math.max(SHORTEST_PAUSE_MILLIS, pause)));
            }
        }
    }
}
