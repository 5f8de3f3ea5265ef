package org.memlora.distillation.training;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.memlora.models.lora.AdapterFile;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.Precision;
import org.memlora.models.transformer.TrainableTransformer;
import org.memlora.models.transformer.TrainableTransformer.Row;
import org.memlora.models.transformer.TransformerConfig;

/** The tiny random models of the module models, and the rows of make_training_fixtures.py. */
final class TinyModels {
    static final Path FOLDER = Path.of("../models/src/test/resources/transformer");
    static final Path FIXTURES = Path.of("src/test/resources/training");

    private TinyModels() { }

    static TransformerConfig config(String name) {
        return TransformerConfig.fromHuggingFace(FOLDER.resolve(name).resolve("config.json"));
    }

    static LoraAdapter adapter(String name, String expert) {
        return AdapterFile.read(expert, FOLDER.resolve(name).resolve("experts").resolve(expert));
    }

    static TrainableTransformer load(String name, LoraAdapter adapter) {
        return load(name, adapter, Precision.FLOAT32);
    }

    private static TrainableTransformer load(String name, LoraAdapter adapter, Precision precision) {
        return TrainableTransformer.load(config(name), SafetensorsFile.open(FOLDER.resolve(name)), adapter, 64, Device.cpu(), precision);
    }

    static TrainableTransformer load(String name, String expert) {
        return load(name, expert, Precision.FLOAT32);
    }

    static TrainableTransformer load(String name, String expert, Precision precision) {
        return load(name, adapter(name, expert), precision);
    }

    static JsonNode settings() {
        try {
            return new ObjectMapper().readTree(FIXTURES.resolve("rows.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        settings().get("rows").forEach(node -> {
            List<Integer> tokens = new ArrayList<>();
            node.get("prompt").forEach(token -> tokens.add(token.asInt()));
            int start = tokens.size();
            StreamSupport.stream(node.get("completion").spliterator(), false).forEach(token -> tokens.add(token.asInt()));
            rows.add(new Row(tokens.stream().mapToInt(Integer::intValue).toArray(), start));
        });
        return rows;
    }

    static int completionTokens(List<Row> rows) {
        return rows.stream().mapToInt(Row::completionTokens).sum();
    }
}
