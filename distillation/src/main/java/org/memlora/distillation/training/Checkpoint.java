package org.memlora.distillation.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32C;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.safetensors.SafetensorsType;
import org.memlora.models.safetensors.SafetensorsWriter;
import org.memlora.models.transformer.TrainableTransformer.Row;

/** A {@link TrainerState} as one safetensors file, replaced as a whole, so that a killed run leaves the old one or the new one. */
final class Checkpoint {
    static final String FILE = "checkpoint.safetensors";

    private static final String STATE = "state";
    private static final String IDENTITY = "run";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final String identity;

    Checkpoint(Path file, String identity) {
        this.file = file;
        this.identity = identity;
    }

    /** Differs where settings, data or what it begins with differ: resuming with others would be another run. */
    static String identity(LoraAdapter beginning, List<Row> training, List<Row> validation, TrainingSettings settings) {
        CRC32C data = new CRC32C();
        for (List<Row> rows : List.of(training, validation)) {
            for (Row row : rows) {
                ByteBuffer bytes = ByteBuffer.allocate(4 * row.tokens().length + 4).putInt(row.completionStart());
                bytes.asIntBuffer().put(row.tokens());
                data.update(bytes.array());
            }
        }
        CRC32C whole = new CRC32C();
        whole.update((beginning.config() + " " + settings).getBytes(StandardCharsets.UTF_8));
        String identity = Long.toHexString(whole.getValue()) + "-" + Long.toHexString(data.getValue());
        return FreshAdapter.isFresh(beginning) ? identity : identity + "-" + Long.toHexString(checksum(beginning));
    }

    private static long checksum(LoraAdapter adapter) {
        CRC32C sum = new CRC32C();
        adapter.ordered().values().forEach(weights -> {
            for (float[] values : List.of(weights.a(), weights.b())) {
                ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
                bytes.asFloatBuffer().put(values);
                sum.update(bytes.array());
            }
        });
        return sum.getValue();
    }

    void write(TrainerState state) {
        SafetensorsWriter writer = new SafetensorsWriter().metadata(IDENTITY, identity).metadata(STATE, json(state).toString());
        for (int i = 0; i < state.values.size(); i++) {
            add(writer, "value." + i, state.values.get(i));
            add(writer, "first." + i, state.firstMoments.get(i));
            add(writer, "second." + i, state.secondMoments.get(i));
            add(writer, "best." + i, state.best.get(i));
        }
        try {
            writer.write(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the checkpoint " + file, e);
        }
    }

    /** @throws IllegalArgumentException if it belongs to a run with other settings or data */
    void read(TrainerState state) {
        SafetensorsFile saved = SafetensorsFile.open(file);
        if (!identity.equals(saved.metadata().get(IDENTITY))) {
            throw new IllegalArgumentException("The checkpoint " + file + " belongs to a run with other settings or data, or another expert to begin with ("
                    + saved.metadata().get(IDENTITY) + ", this one is " + identity + "): delete it, or give another output folder.");
        }
        for (int i = 0; i < state.values.size(); i++) {
            state.values.set(i, saved.read("value." + i));
            state.firstMoments.set(i, saved.read("first." + i));
            state.secondMoments.set(i, saved.read("second." + i));
            state.best.set(i, saved.read("best." + i));
        }
        try {
            restore(state, JSON.readTree(saved.metadata().get(STATE)));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The checkpoint " + file + " has no readable state: delete it and start again.", e);
        }
    }

    private static void add(SafetensorsWriter writer, String name, float[] values) {
        writer.add(name, SafetensorsType.F32, new long[] {values.length}, values);
    }

    /* Doubles as text in Java's shortest form, which reads back to the same bits; NaN has no number in JSON. */
    private static ObjectNode json(TrainerState state) {
        ObjectNode json = JSON.createObjectNode();
        json.put("step", state.step).put("bestStep", state.bestStep).put("bestLoss", Double.toString(state.bestLoss));
        json.put("validationsWithoutGain", state.validationsWithoutGain).put("tokens", state.tokens).put("seconds", state.seconds);
        ArrayNode curve = json.putArray("curve");
        for (LossPoint point : state.curve) {
            curve.addArray().add(point.step()).add(Double.toString(point.training())).add(Double.toString(point.validation()));
        }
        return json;
    }

    private static void restore(TrainerState state, JsonNode json) {
        state.step = json.get("step").asInt();
        state.bestStep = json.get("bestStep").asInt();
        state.bestLoss = Double.parseDouble(json.get("bestLoss").asText());
        state.validationsWithoutGain = json.get("validationsWithoutGain").asInt();
        state.tokens = json.get("tokens").asLong();
        state.seconds = json.get("seconds").asDouble();
        state.curve.clear();
        json.get("curve").forEach(point -> state.curve.add(new LossPoint(point.get(0).asInt(),
                Double.parseDouble(point.get(1).asText()), Double.parseDouble(point.get(2).asText()))));
    }
}
