package org.memlora.cli;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.Topics;
import org.memlora.topology.client.BankView;
import org.memlora.topology.client.PipelineClient;
import org.memlora.topology.client.TopicReader;
import org.memlora.topology.demo.Rendering;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "memories", mixinStandardHelpOptions = true, description = "Lists what a bank remembers, from the audit trail.")
final class MemoriesCommand implements Callable<Integer> {

    @Mixin
    private ConnectionOptions connection;

    @Option(names = "--bank", required = true, paramLabel = "B", description = "The memory bank.")
    private String bank;

    @Option(names = "--as-of", paramLabel = "T", description = "What was valid then: 2025-03-01T10:00:00Z, or 2025-03-01 for its"
            + " first moment (UTC). Default: what is valid now.")
    private Instant asOf;

    @Option(names = "--all", description = "Also what is no longer valid.")
    private boolean all;

    @Override
    public Integer call() throws Exception {
        if (all && asOf != null) {
            throw new UserError("--all and --as-of exclude each other: --all lists what was valid at any time.");
        }
        BankView view = new BankView();
        try (PipelineClient client = connection.client();
                TopicReader<MemoryOperation> operations = client.read(Topics.MEMORY_OPERATIONS, true)) {
            operations.readToEnd(record -> {
                if (bank.equals(record.value().getBankId())) {
                    view.apply(record.value());
                }
            });
        }
        List<BankView.Entry> entries = all ? view.all() : asOf == null ? view.valid() : view.validAt(asOf);
        entries.forEach(new Rendering(System.out, System.console() != null)::memory);
        System.out.println("Bank " + bank + (entries.isEmpty() ? " holds no memories" : " holds " + entries.size()
                + (entries.size() == 1 ? " memory" : " memories")) + (all ? ", those no longer valid included." : asOf == null ? "." : " as of " + asOf + "."));
        return 0;
    }
}
