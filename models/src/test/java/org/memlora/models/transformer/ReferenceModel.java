package org.memlora.models.transformer;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.memlora.models.gguf.GgufFile;
import org.memlora.models.lora.ExpertLoader;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.safetensors.SafetensorsFile;

/** A tiny model of make_transformer_fixtures.py with what transformers and PEFT computed. */
public record ReferenceModel(String name, Path folder) {

    public record Case(int[] prompt, float[] logits, int[] greedy) { }

    public static ReferenceModel of(String name) {
        return new ReferenceModel(name, Path.of("src/test/resources/transformer", name));
    }

    public TransformerConfig config() {
        return TransformerConfig.fromHuggingFace(folder.resolve("config.json"));
    }

    public Map<String, LoraAdapter> experts() {
        return ExpertLoader.load(folder.resolve("experts"), config());
    }

    EagerExecutor executor(int rows) {
        return EagerExecutor.load(config(), SafetensorsFile.open(folder), experts(), rows, 64, Device.cpu());
    }

    /** All layers in one call, as on a GPU. */
    EagerExecutor scripted(int rows) {
        return EagerExecutor.load(config(), SafetensorsFile.open(folder), experts(), rows, 64, Device.cpu(), DataType.FLOAT32, true);
    }

    EagerExecutor ggufExecutor(int rows) {
        GgufFile file = GgufFile.open(folder.resolve("model.gguf"));
        TransformerConfig read = TransformerConfig.fromGguf(file.metadata());
        return EagerExecutor.load(read, file, ExpertLoader.load(folder.resolve("experts"), read), rows, 64, Device.cpu());
    }

    public List<Case> cases(String expert) throws IOException {
        return cases(new ObjectMapper().readTree(folder.resolve("reference.json").toFile()).get(expert));
    }

    public static List<Case> cases(JsonNode array) {
        List<Case> cases = new ArrayList<>();
        for (JsonNode node : array) {
            JsonNode logits = node.path("logits");
            float[] values = new float[logits.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) logits.get(i).asDouble();
            }
            cases.add(new Case(ints(node.get("prompt")), values, ints(node.get("greedy"))));
        }
        return cases;
    }

    public static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    public static float maxDifference(float[] a, float[] b) {
        if (a.length != b.length) {
            throw new AssertionError(a.length + " and " + b.length + " values");
        }
        float most = 0;
        for (int i = 0; i < a.length; i++) {
            float difference = Math.abs(a[i] - b[i]);
            if (Float.isNaN(difference)) {
                return Float.NaN;
            }
            most = Math.max(most, difference);
        }
        return most;
    }

    public static int argMax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    /** Greedy tokens of all prompts at once, row by row. */
    public static List<int[]> greedy(TransformerExecutor executor, List<int[]> prompts, List<String> experts, int count) {
        List<int[]> found = new ArrayList<>();
        List<TransformerExecutor.RowInput> inputs = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            found.add(new int[count]);
            inputs.add(new TransformerExecutor.RowInput(i, 0, prompts.get(i), experts.get(i)));
        }
        for (int step = 0; step < count; step++) {
            List<float[][]> logits = executor.forward(inputs);
            inputs = new ArrayList<>();
            for (int i = 0; i < prompts.size(); i++) {
                int token = argMax(logits.get(i)[0]);
                found.get(i)[step] = token;
                inputs.add(new TransformerExecutor.RowInput(i, prompts.get(i).length + step, new int[] {token}, experts.get(i)));
            }
        }
        return found;
    }
}
