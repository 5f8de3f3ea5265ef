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
import org.memlora.models.transformer.ReferenceModel;

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
            cases.add(new Case(node.path("picture").asText(), messages, ReferenceModel.ints(node.path("prompt")), ReferenceModel.ints(node.path("greedy")),
                    ReferenceModel.ints(node.path("expertGreedy")), recorded.read("tiles" + number), recorded.read("features" + number),
                    recorded.read("logits" + number), recorded.read("expertLogits" + number)));
        }
        return cases;
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
}
