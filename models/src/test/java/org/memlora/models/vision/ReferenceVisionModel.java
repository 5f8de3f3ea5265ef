package org.memlora.models.vision;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.memlora.models.ChatMessage;
import org.memlora.models.lora.ExpertLoader;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.picture.PictureDecoder;
import org.memlora.models.picture.PictureLimits;
import org.memlora.models.picture.Pictures;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.EagerExecutor;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

/** A tiny model of make_vision_fixtures.py with what transformers computed. */
record ReferenceVisionModel(String name, Path path, VisionFolder folder, SafetensorsFile recorded) {

    static final int CONTEXT = 200;
    static final String EXPERT = "vision";

    /**
     * @param prompt the image token once for each feature
     * @param tiles pixel values before scaling, [tiles, 3, side, side]
     */
    record Case(String picture, List<ChatMessage> messages, int[] prompt, int[] greedy, int[] expertGreedy, float[] tiles, float[] features,
            float[] logits, float[] expertLogits) { }

    static ReferenceVisionModel of(String name) {
        Path path = Path.of("src/test/resources/vision", name);
        return new ReferenceVisionModel(name, path, VisionFolder.open(path), SafetensorsFile.open(path.resolve("reference.safetensors")));
    }

    JsonNode reference() {
        try {
            return new ObjectMapper().readTree(path.resolve("reference.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (JsonNode node : reference().path("cases")) {
            List<ChatMessage> messages = new ArrayList<>();
            node.path("messages").forEach(message -> messages.add(
                    new ChatMessage(ChatMessage.Role.valueOf(message.get(0).asText().toUpperCase(Locale.ROOT)), message.get(1).asText())));
            int number = cases.size();
            cases.add(new Case(node.path("picture").asText(), messages, ints(node.path("prompt")), ints(node.path("greedy")),
                    ints(node.path("expertGreedy")), recorded.read("tiles" + number), recorded.read("features" + number),
                    recorded.read("logits" + number), recorded.read("expertLogits" + number)));
        }
        return cases;
    }

    private static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asInt();
        }
        return values;
    }

    TiledPicture tiles(Case one) {
        return folder.tiler().tile(new PictureDecoder(PictureLimits.DEFAULT).decode(Pictures.file(one.picture())));
    }

    VisionTower tower(long scoreBytes) {
        return VisionTower.load(folder.vision(), folder.weights(), folder.transformer().width(), Device.cpu(), DataType.FLOAT32, scoreBytes);
    }

    EagerExecutor executor(int rows) {
        Map<String, LoraAdapter> experts = ExpertLoader.load(path.resolve("experts"), folder.transformer());
        return EagerExecutor.load(folder.transformer(), folder.weights(), experts, rows, CONTEXT, Device.cpu());
    }

    int[] prompt(Case one, TiledPicture tiles, int firstFeature) {
        return folder.tokenizer().encodeChat(one.messages(), PicturePrompt.of(folder.vision(), folder.tokenizer()).tokens(tiles, firstFeature));
    }

    static int[] greedy(EagerExecutor executor, int[] prompt, String expert, int count) {
        int[] found = new int[count];
        int[] next = prompt;
        int position = 0;
        for (int i = 0; i < count; i++) {
            found[i] = argMax(executor.forward(List.of(new RowInput(0, position, next, expert))).get(0)[0]);
            position += next.length;
            next = new int[] {found[i]};
        }
        return found;
    }

    private static int argMax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    static float maxDifference(float[] a, float[] b) {
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
}
