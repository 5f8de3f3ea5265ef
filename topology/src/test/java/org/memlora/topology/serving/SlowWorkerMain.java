package org.memlora.topology.serving;

import java.nio.file.Path;
import java.time.Duration;
import org.memlora.schemas.AvroSerdes;
import org.memlora.topology.MemoryWorker;

/** A worker in a process of its own, to be killed. Arguments: brokers, registry, state folder, delay in ms. */
public final class SlowWorkerMain {

    private SlowWorkerMain() { }

    public static void main(String[] arguments) throws Exception {
        try (AvroSerdes serdes = AvroSerdes.of(arguments[1]);
                MemoryWorker worker = ScriptedPipeline.worker(arguments[0], serdes, Path.of(arguments[2]),
                        ScriptedPipeline.model(Duration.ofMillis(Long.parseLong(arguments[3]))))) {
            worker.start();
            worker.awaitStop();
        }
    }
}
