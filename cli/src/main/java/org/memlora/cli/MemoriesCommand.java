package org.memlora.cli;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.Topics;
import org.memlora.topology.client.BankView;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.client.TopicReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "memories", mixinStandardHelpOptions = true, description = "Lists what a bank remembers, from the audit trail.")
final class MemoriesCommand implements Callable<Integer> {

    @Mixin
    private ConnectionOptions connection;

    @Option(names = "--bank", required = true, paramLabel = "B", description = "The memory bank.")
    private String bank;

    @Option(names = "--as-of", paramLabel = "T", description = "What was valid then, e.g. 2025-03-01. Default: what is valid now.")
    private Instant asOf;

    @Option(names = "--all", description = "Also what is no longer valid.")
    private boolean all;

    @Override
    public Integer call() throws Exception {
        BankView view = new BankView();
        try (PipelineClient client = connection.client();
                TopicReader<MemoryOperation> operations = client.read(Topics.MEMORY_OPERATIONS, true)) {
            for (ConsumerRecord<String, MemoryOperation> record : operations.readToEnd()) {
                if (bank.equals(record.key()) && record.value() != null) {
                    view.apply(record.value());
                }
            }
        }
        List<BankView.Entry> entries = all ? view.all() : asOf == null ? view.valid() : view.validAt(asOf);
        for (BankView.Entry entry : entries) {
            System.out.println(entry.validFrom() + entry.validTo().map(to -> " to " + to).orElse("") + "  " + entry.text()
                    + entry.occurredOn().map(day -> "  (on " + day + ")").orElse(""));
        }
        System.out.println(entries.size() + (entries.size() == 1 ? " memory" : " memories") + " of bank " + bank + ".");
        return 0;
    }
}
