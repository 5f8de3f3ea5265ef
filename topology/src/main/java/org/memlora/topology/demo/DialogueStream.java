package org.memlora.topology.demo;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.memlora.schemas.Answer;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.Topics;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.client.TopicReader;

/** Sends a dialogue into a running pipeline and reads what comes out, until the last question is answered. Threading: one thread. */
public final class DialogueStream {

    /** Without news for so long the rest is given up. Longer than a worker waits for a call that hangs: a slow one of a big base is no stall. */
    public static final Duration STALL = Duration.ofMinutes(30);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LAST_NEWS = Duration.ofSeconds(1);

    /** Is told what comes out, in the order of each topic. */
    public interface Listener {

        /** At least one of the lists has something. */
        void news(List<MemoryOperation> operations, List<Answer> answers, List<FailedEvent> letters);

        /** Now and then: so many of the events have shown an effect. */
        void progress(int done, int total);
    }

    private final Dialogue dialogue;
    private final DemoProgress done;

    /** @param dialogue each bank ends with a question: {@link Dialogue#closed} */
    public DialogueStream(Dialogue dialogue) {
        this.dialogue = dialogue;
        this.done = new DemoProgress(dialogue);
    }

    /** False when the worker stopped, or no news came for {@link #STALL}. What comes out is read from the beginning of the topics. */
    public boolean run(PipelineClient client, MemoryWorker worker, Listener listener) throws InterruptedException {
        send(client);
        return await(client, worker, listener);
    }

    void send(PipelineClient client) {
        for (ScriptedEvent scripted : dialogue.events()) {
            client.send(scripted.event());
        }
        client.flush();
    }

    /** As {@link #run}, of events that were sent. */
    boolean await(PipelineClient client, MemoryWorker worker, Listener listener) throws InterruptedException {
        try (TopicReader<MemoryOperation> operations = client.read(Topics.MEMORY_OPERATIONS, true);
                TopicReader<Answer> answers = client.read(Topics.ANSWERS, true);
                TopicReader<FailedEvent> letters = client.read(Topics.DEAD_LETTERS, true)) {
            long lastNews = System.nanoTime();
            while (!done.isComplete() && worker.failure().isEmpty() && System.nanoTime() - lastNews < STALL.toNanos()) {
                lastNews = read(operations, answers, letters, POLL, listener) ? System.nanoTime() : lastNews;
                listener.progress(done.done(), done.total());
            }
            while (read(operations, answers, letters, LAST_NEWS, listener)) {
                // what was committed with the last answer, or stands behind much that a former run wrote
            }
            return done.isComplete();
        }
    }

    public int unanswered() {
        return done.unanswered();
    }

    Optional<String> gold(Answer answer) {
        return done.gold(answer.getBankId(), answer.getQuestionEventId());
    }

    private boolean read(TopicReader<MemoryOperation> operations, TopicReader<Answer> answers, TopicReader<FailedEvent> letters,
            Duration wait, Listener listener) {
        List<MemoryOperation> newOperations = values(operations, wait);
        List<Answer> newAnswers = values(answers, wait);
        List<FailedEvent> newLetters = values(letters, wait);
        if (newOperations.isEmpty() && newAnswers.isEmpty() && newLetters.isEmpty()) {
            return false;
        }
        listener.news(newOperations, newAnswers, newLetters);
        newOperations.forEach(operation -> done.reached(operation.getBankId(), operation.getSourceEventIds()));
        newAnswers.forEach(answer -> done.answered(answer.getBankId(), answer.getQuestionEventId()));
        return true;
    }

    private static <V extends SpecificRecord> List<V> values(TopicReader<V> reader, Duration wait) {
        return reader.poll(wait).stream().map(record -> record.value()).toList();
    }
}
