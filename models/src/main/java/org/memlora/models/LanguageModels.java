package org.memlora.models;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.memlora.models.bases.BaseCatalog;
import org.memlora.models.bases.BaseResolver;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.generation.BatcherSettings;
import org.memlora.models.generation.LocalLanguageModel;
import org.memlora.models.gguf.GgufFile;
import org.memlora.models.lora.ExpertLoader;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.models.tokenizer.Tokenizers;
import org.memlora.models.transformer.EagerExecutor;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.models.weights.ReportedWeights;
import org.memlora.models.weights.WeightSource;

/** From the name of a base to a model that answers: file, tokenizer, transformer, experts, scheduler. */
public final class LanguageModels {

    /** The base of the demo and of workers. */
    public static final String DEFAULT_BASE = BaseCatalog.QWEN_CODER_500M;

    /** Where the model runs; AUTO = a GPU where there is one. */
    public enum Compute { AUTO, CPU, GPU }

    /**
     * @param base name in the catalogue, a .gguf file or a Hugging Face folder
     * @param experts folder with one subfolder per expert; empty = none
     * @param rows requests in flight at once
     * @param contextTokens prompt and completion of a row; each costs memory for its keys and values
     */
    public record Request(String base, Optional<Path> experts, Compute compute, int rows, int contextTokens) { }

    private record Parts(TransformerConfig config, WeightSource weights, Tokenizer tokenizer) { }

    private LanguageModels() { }

    /** The experts that the project brings for a base: {@code models/experts/<base>/} below {@code home}, when it is there. */
    public static Optional<Path> bundledExperts(Path home, String base) {
        return BaseCatalog.find(base).map(known -> home.resolve("models/experts").resolve(known.name())).filter(Files::isDirectory);
    }

    /**
     * @throws RuntimeException with one sentence as its message if the base can't be had or read, an expert doesn't
     *     fit, or a GPU was asked for and there is none
     */
    public static LanguageModel load(Request request, DownloadProgress progress) {
        Device device = device(request.compute());
        try {
            return load(request, device, progress);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new IllegalArgumentException("Base " + request.base() + " can't be loaded: " + reason(e) + ".", e);
        }
    }

    private static LanguageModel load(Request request, Device device, DownloadProgress progress) {
        Path path = BaseResolver.standard(progress).resolve(request.base());
        Parts parts = Files.isDirectory(path) ? fromFolder(path) : fromGguf(path);
        Map<String, LoraAdapter> experts = request.experts()
                .map(folder -> ExpertLoader.load(folder, parts.config())).orElse(Map.of());
        WeightSource weights = new ReportedWeights(parts.weights(), "loading " + request.base(), progress);
        EagerExecutor executor = EagerExecutor.load(parts.config(), weights, experts, request.rows(),
                request.contextTokens(), device, device.isGpu() ? DataType.FLOAT16 : DataType.FLOAT32);
        ModelInfo info = new ModelInfo(request.base(), request.contextTokens(), experts.keySet());
        return new LocalLanguageModel(info, executor, parts.tokenizer(), BatcherSettings.DEFAULT);
    }

    private static Parts fromGguf(Path file) {
        GgufFile gguf = GgufFile.open(file);
        return new Parts(TransformerConfig.fromGguf(gguf.metadata()), gguf, Tokenizers.fromGgufMetadata(gguf.metadata()));
    }

    private static Parts fromFolder(Path folder) {
        try {
            return new Parts(TransformerConfig.fromHuggingFace(folder.resolve("config.json")), SafetensorsFile.open(folder),
                    Tokenizers.fromFolder(folder));
        } catch (IOException e) {
            throw new UncheckedIOException("The base in " + folder + " can't be read: " + e.getMessage(), e);
        }
    }

    /** In one line; of a file that is no JSON, what is wrong with it. */
    private static String reason(RuntimeException e) {
        String cause = e instanceof UncheckedIOException io && io.getCause().getMessage() != null
                ? " (" + io.getCause().getMessage().lines().findFirst().orElse("") + ")" : "";
        return e.getMessage().replaceFirst("\\.$", "") + cause;
    }

    private static Device device(Compute compute) {
        boolean gpu = compute != Compute.CPU && Engine.getEngine("PyTorch").getGpuCount() > 0;
        if (compute == Compute.GPU && !gpu) {
            throw new IllegalArgumentException("PyTorch finds no GPU here: build with -Pcuda on a machine with an NVIDIA GPU,"
                    + " or give --device cpu.");
        }
        return gpu ? Device.gpu() : Device.cpu();
    }
}
