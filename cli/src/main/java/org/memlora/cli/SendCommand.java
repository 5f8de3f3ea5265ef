package org.memlora.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.demo.DialogueReader;
import org.memlora.topology.demo.ScriptedEvent;
import org.memlora.topology.demo.WorkProgress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "send", mixinStandardHelpOptions = true, description = "Sends the events of a file.")
final class SendCommand implements Callable<Integer> {

    @Mixin
    private ConnectionOptions connection;

    @Parameters(paramLabel = "FILE", description = "JSON lines (README, \"Event format\") or a LoCoMo file.")
    private Path file;

    @Option(names = "--without-questions", description = "Leave the questions out.")
    private boolean withoutQuestions;

    @Override
    public Integer call() throws Exception {
        List<ScriptedEvent> events = events(file, withoutQuestions);
        try (PipelineClient client = connection.client(); WorkProgress progress = new WorkProgress(System.err)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (ScriptedEvent event : events) {
                sent.add(client.send(event.event()));
                progress.step("sending", sent.size(), events.size(), "events");
            }
            client.flush();
            for (Future<RecordMetadata> one : sent) {
                PipelineClient.await(one);
            }
        }
        System.out.println("Sent " + events.size() + " events.");
        return 0;
    }

    /** All of the file, also questions whose right answer is that nothing is known: who sends a file wants it whole. */
    static List<ScriptedEvent> events(Path file, boolean withoutQuestions) {
        return DialogueReader.readWhole(file).events().stream().filter(event -> !withoutQuestions || !event.isQuestion()).toList();
    }
}
