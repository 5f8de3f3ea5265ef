package org.memlora.topology.serving;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.testing.HashEmbedder;
import org.memlora.models.testing.ScriptedLanguageModel;
import org.memlora.operators.Stage;
import org.memlora.schemas.AvroSerdes;
import org.memlora.schemas.ConversationEvent;
import org.memlora.schemas.Question;
import org.memlora.schemas.Turn;
import org.memlora.topology.MemoryOperators;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.PipelineSettings;

/** The real worker with a model that makes one fact of each turn, adds it, and answers "yes". */
public final class ScriptedPipeline {

    private static final Instant START = Instant.parse("2025-03-01T10:00:00Z");

    private ScriptedPipeline() { }

    /** @param delay of each exchange's extraction */
    public static ScriptedLanguageModel model(Duration delay) {
        String extraction = Stage.EXTRACTION.expertName();
        return new ScriptedLanguageModel(extraction, Stage.UPDATE.expertName(), Stage.GENERATION.expertName())
                .delayWhen(request -> request.expert().equals(extraction), delay)
                .failWhen(request -> user(request).contains("poison"), "scripted failure")
                .when(request -> request.expert().equals(extraction), request -> user(request).lines()
                        .map(line -> "- " + line.replace(":", "")).collect(Collectors.joining("\n")))
                .when(request -> request.expert().equals(Stage.UPDATE.expertName()), "ADD")
                .otherwise("yes");
    }

    private static String user(GenerationRequest request) {
        return request.prompt().get(request.prompt().size() - 1).content();
    }

    public static MemoryWorker worker(String bootstrapServers, AvroSerdes serdes, Path state, ScriptedLanguageModel model) {
        return worker(bootstrapServers, serdes, state, model, Map.of());
    }

    public static MemoryWorker worker(String bootstrapServers, AvroSerdes serdes, Path state, ScriptedLanguageModel model,
            Map<String, ?> further) {
        return ModelPipeline.worker(settings(bootstrapServers, state, further), operators(model, new StageMeter()), serdes);
    }

    public static MemoryOperators operators(LanguageModel model, StageMeter meter) {
        return ModelPipeline.operators(model, new HashEmbedder(), meter);
    }

    public static PipelineSettings settings(String bootstrapServers, Path state) {
        return settings(bootstrapServers, state, Map.of());
    }

    public static PipelineSettings settings(String bootstrapServers, Path state, Map<String, ?> further) {
        Map<String, Object> settings = new HashMap<>(Map.of(
                PipelineSettings.BOOTSTRAP_SERVERS, bootstrapServers,
                PipelineSettings.APPLICATION_ID, "memlora-test",
                PipelineSettings.STATE_DIR, state.toString(),
                PipelineSettings.BATCH_EVENTS, 8,
                PipelineSettings.BATCH_WAIT_MS, 100L,
                PipelineSettings.BATCH_WORST_MS, 5_000L));
        settings.put("kafka.main.consumer.session.timeout.ms", "6000");
        settings.put("kafka.main.consumer.heartbeat.interval.ms", "1500");
        settings.putAll(further);
        return PipelineSettings.of(settings);
    }

    public static ConversationEvent turn(String bank, int number, String speaker, String text) {
        return event(bank, "t" + number, number, new Turn(speaker, text, null, false));
    }

    public static ConversationEvent question(String bank, int number, String text) {
        return event(bank, "q" + number, number, new Question(text, null));
    }

    private static ConversationEvent event(String bank, String id, int number, Object body) {
        ConversationEvent event = new ConversationEvent();
        event.setEventId(id);
        event.setBankId(bank);
        event.setTime(START.plusSeconds(number));
        event.setBody(body);
        return event;
    }
}
