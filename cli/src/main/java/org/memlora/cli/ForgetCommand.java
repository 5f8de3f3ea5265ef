package org.memlora.cli;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Forget;
import org.memlora.topology.client.PipelineClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "forget", mixinStandardHelpOptions = true, description = "Erases what a bank remembers.")
final class ForgetCommand implements Callable<Integer> {

    @Mixin
    private ConnectionOptions connection;

    @Option(names = "--bank", required = true, paramLabel = "B", description = "The memory bank.")
    private String bank;

    @Option(names = "--reason", description = "For the audit trail.")
    private String reason;

    @Override
    public Integer call() throws Exception {
        ConversationEvent event = new ConversationEvent();
        event.setEventId("forget-" + UUID.randomUUID());
        event.setBankId(bank);
        event.setTime(Instant.now());
        event.setBody(new Forget(reason));
        try (PipelineClient client = connection.client()) {
            PipelineClient.await(client.send(event));
        }
        System.out.println("Sent: a worker erases bank " + bank + " when it comes to this event.");
        return 0;
    }
}
