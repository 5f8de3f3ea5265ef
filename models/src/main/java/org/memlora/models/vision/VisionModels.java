package org.memlora.models.vision;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.memlora.models.LanguageModel;
import org.memlora.models.LanguageModels;
import org.memlora.models.ModelInfo;
import org.memlora.models.OpenedBase;
import org.memlora.models.VisionLanguageModel;
import org.memlora.models.generation.BatcherSettings;
import org.memlora.models.generation.LocalLanguageModel;
import org.memlora.models.lora.ExpertLoader;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.picture.PictureDecoder;
import org.memlora.models.picture.PictureLimits;
import org.memlora.models.transformer.EagerExecutor;
import org.memlora.models.transformer.TransformerExecutor;
import org.memlora.models.vision.embedded.EmbeddedEyes;
import org.memlora.models.vision.embedded.EyesFolder;

/** From a folder to a vision-language model that answers: weights, tokenizer, tower, transformer, experts, scheduler. */
public final class VisionModels {
    /** Of pictures, as its folder is named. */
    static final String EXPERT = "vision";

    private VisionModels() { }

    /**
     * @param folder one for which {@link VisionFolder#isOne} holds
     * @throws RuntimeException with one sentence as its message if the folder can't be used or an expert doesn't fit; nothing is kept then
     */
    public static VisionLanguageModel load(Path folder, LanguageModels.Request request, Device device) {
        VisionFolder model = VisionFolder.open(folder);
        DataType type = device.isGpu() ? DataType.FLOAT16 : DataType.FLOAT32;
        Map<String, LoraAdapter> experts = request.experts().map(from -> ExpertLoader.load(from, model.transformer())).orElse(Map.of());
        ModelInfo info = request.info(experts.keySet());
        PicturePrompt.of(model.vision(), model.tokenizer());   // fails, as the line before, before the weights are read
        VisionTower tower = VisionTower.load(model.vision(), model.weights(), model.transformer().width(), device, type);
        try {
            EagerExecutor executor = EagerExecutor.load(model.transformer(), model.weights(), experts, request.rows(),
                    request.contextTokens(), device, type);
            LocalLanguageModel language = new LocalLanguageModel(info, executor, model.tokenizer(), BatcherSettings.of(executor));
            return new LocalVisionLanguageModel(language, executor, model.tokenizer(), tower, model.tiler().within(tilesWithin(request.contextTokens(), model.vision())),
                    new PictureDecoder(PictureLimits.DEFAULT));
        } catch (RuntimeException e) {
            tower.close();
            throw e;
        }
    }

    /** Tiles beside the whole picture that leave a quarter of the context to words: 12 tiles of InternVL alone are twice the usual context. */
    static int tilesWithin(int contextTokens, VisionConfig vision) {
        return (contextTokens - contextTokens / 4) / vision.featuresPerTile() - 1;
    }

    /** Whether a folder of experts has one for pictures with eyes of its own. */
    public static boolean haveEyes(Path experts) {
        return EyesFolder.isOne(experts.resolve(EXPERT));
    }

    /**
     * The language model with the eyes beside its vision expert; as it is where there are none. Closed if they can't be used.
     *
     * @param executor that of {@code language}
     */
    public static LanguageModel withEyes(LanguageModels.Request request, OpenedBase base, TransformerExecutor executor, LocalLanguageModel language,
            Device device) {
        Optional<Path> folder = request.experts().filter(VisionModels::haveEyes).map(experts -> experts.resolve(EXPERT));
        if (folder.isEmpty()) {
            return language;
        }
        try {
            Eyes eyes = EmbeddedEyes.open(folder.get(), EyesFolder.encoderFor(folder.get()), base.config().width(), base.tokenizer(), device);
            return new LocalVisionLanguageModel(language, executor, base.tokenizer(), eyes, new PictureDecoder(PictureLimits.DEFAULT));
        } catch (RuntimeException e) {
            language.close();
            throw e;
        }
    }
}
