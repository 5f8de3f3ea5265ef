package org.memlora.topology.faults;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.memlora.models.WorkerModels;
import org.memlora.schemas.AvroSerdes;
import org.memlora.topology.MemoryOperators;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.serving.ModelPipeline;
import org.memlora.topology.serving.StageMeter;

/**
 * A worker in a process of its own, as {@code memlora serve} runs it, with the scripted model. Arguments: a file with the
 * settings; a folder for the model's switches, where the worker notes its states; milliseconds of a model call.
 */
public final class WorkerMain {

    private WorkerMain() { }

    public static void main(String[] arguments) throws Exception {
        Map<String, Object> given = new HashMap<>();
        try (var reader = Files.newBufferedReader(Path.of(arguments[0]))) {
            Properties properties = new Properties();
            properties.load(reader);
            properties.forEach((key, value) -> given.put(key.toString(), value));
        }
        PipelineSettings settings = PipelineSettings.of(given);
        Path folder = Path.of(arguments[1]);
        AvroSerdes serdes = AvroSerdes.of(settings.text(PipelineSettings.SCHEMA_REGISTRY_URL));
        MemoryWorker worker = ModelPipeline.worker(settings, operators(settings, folder, Long.parseLong(arguments[2])), serdes);
        long start = System.nanoTime();
        worker.onStateChange(state -> note(folder, ProcessHandle.current().pid() + " " + state + " "
                + (System.nanoTime() - start) / 1_000_000 + "\n"));
        Runtime.getRuntime().addShutdownHook(new Thread(worker::close, "stop"));
        worker.start();
        worker.awaitStop();
        if (worker.failure().isPresent()) {
            worker.failure().get().printStackTrace();
            Runtime.getRuntime().halt(1); // as "serve" does when the model hangs
        }
    }

    static MemoryOperators operators(PipelineSettings settings, Path folder, long delayMillis) {
        return ModelPipeline.operators(WorkerModels.of(new FaultModel(Duration.ofMillis(delayMillis), folder)), new WideEmbedder(), new StageMeter(),
                settings.modelHang());
    }

    private static void note(Path folder, String line) {
        try {
            Files.writeString(folder.resolve("states"), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
