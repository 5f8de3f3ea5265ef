package org.memlora.cli;

import java.io.UncheckedIOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Picture;
import org.memlora.schemas.Question;
import org.memlora.schemas.Topics;
import org.memlora.topology.client.PictureFile;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.client.TopicReader;
import org.memlora.topology.demo.Rendering;
import org.memlora.topology.demo.WorkProgress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "ask", mixinStandardHelpOptions = true, description = "Asks a bank a question and waits for the answer.")
final class AskCommand implements Callable<Integer> {

    private static final Duration POLL = Duration.ofMillis(200);

    @Mixin
    private ConnectionOptions connection;

    @Option(names = "--bank", required = true, paramLabel = "B", description = "The memory bank.")
    private String bank;

    @Option(names = "--at", paramLabel = "T", description = "Time of the question. Default: that of the bank's last turn.")
    private Instant at;

    @Option(names = "--picture", paramLabel = "FILE|URI", description = "The picture that the question is about; JPEG, PNG or WebP.")
    private String picture;

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "How long to wait while no worker gets on with the events before the question"
            + " or with the question. Default: ${DEFAULT-VALUE}.", defaultValue = "120")
    private Duration timeout;

    @Option(names = "--application-id", paramLabel = "ID", description = "That of the workers, to see how far they are. Default: memlora.")
    private String applicationId;

    @Parameters(paramLabel = "QUESTION")
    private String question;

    @Override
    public Integer call() throws Exception {
        if (question.isBlank()) {
            throw new UserError("The question is empty.");
        }
        ConversationEvent event = new ConversationEvent();
        event.setEventId("ask-" + UUID.randomUUID());
        event.setBankId(bank);
        event.setTime(at);
        event.setBody(new Question(question, picture == null ? null : picture(picture)));
        String application = connection.applicationId(applicationId);
        Answer answer;
        try (PipelineClient client = connection.client(); TopicReader<Answer> answers = client.read(Topics.ANSWERS, false);
                EventWait wait = new EventWait(client, event, "question", application, timeout, new WorkProgress(System.err))) {
            answer = await(answers, event.getEventId(), wait);
        }
        new Rendering(System.out, System.console() != null).answer(answer);
        return answer.getStatus() == AnswerStatus.FAILED ? 1 : 0;
    }

    private static Picture picture(String given) {
        if (given.contains("://")) {
            return new Picture(null, given, PictureFile.mediaType(given), null);
        }
        try {
            return PictureFile.read(Path.of(given), Optional.empty());
        } catch (UncheckedIOException | InvalidPathException e) {
            throw new UserError("The picture " + given + " can't be read: " + e.getMessage() + ".", e);
        }
    }

    private static Answer await(TopicReader<Answer> answers, String eventId, EventWait wait) throws InterruptedException {
        while (true) {
            for (ConsumerRecord<String, Answer> record : answers.poll(POLL)) {
                if (record.value().getQuestionEventId().equals(eventId)) {
                    return record.value();
                }
            }
            wait.look();
        }
    }
}
