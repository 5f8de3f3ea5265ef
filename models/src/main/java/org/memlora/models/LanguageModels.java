package org.memlora.models;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.memlora.models.bases.BaseCatalog;
import org.memlora.models.bases.BaseResolver;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.compiled.CompiledModels;
import org.memlora.models.generation.BatcherSettings;
import org.memlora.models.generation.LocalLanguageModel;
import org.memlora.models.lora.ExpertConfidence;
import org.memlora.models.lora.ExpertLoader;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.transformer.EagerExecutor;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.models.transformer.TransformerExecutor;
import org.memlora.models.vision.VisionFolder;
import org.memlora.models.vision.VisionModels;
import org.memlora.models.weights.ReportedWeights;
import org.memlora.models.weights.WeightSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the name of a base to a model that answers: file, tokenizer, transformer, experts, scheduler. */
public final class LanguageModels {

    private static final Logger LOG = LoggerFactory.getLogger(LanguageModels.class);
    private static final List<Path> NVIDIA_DRIVER = List.of(Path.of("/proc/driver/nvidia"), Path.of("/dev/nvidiactl"));

    /** The base of the demo and of workers. */
    public static final String DEFAULT_BASE = BaseCatalog.QWEN_CODER_500M;

    /** Where the model runs; AUTO = a GPU where there is one. */
    public enum Compute { AUTO, CPU, GPU }

    /** COMPILED = a quantised graph on ONNX Runtime, CPU only; EAGER = PyTorch; AUTO = the compiled one where it can run the base. */
    public enum Engine { AUTO, COMPILED, EAGER }

    /**
     * @param base name in the catalogue or on the hub (owner/name), a .gguf file or a Hugging Face folder
     * @param experts folder with one subfolder per expert; empty = none
     * @param rows requests in flight at once
     * @param contextTokens prompt and completion of a row; each costs memory for its keys and values
     */
    public record Request(String base, Optional<Path> experts, Compute compute, Engine engine, int rows, int contextTokens) {

        /** With the engine that suits the device and the base. */
        public Request(String base, Optional<Path> experts, Compute compute, int rows, int contextTokens) {
            this(base, experts, compute, Engine.AUTO, rows, contextTokens);
        }

        /**
         * Of the model with these experts. Before anything native is held, as it may fail.
         *
         * @throws IllegalArgumentException if the folder says something else than how sure an expert must be
         */
        public ModelInfo info(Set<String> resident) {
            return new ModelInfo(base, contextTokens, resident, experts.map(folder -> ExpertConfidence.read(folder, resident)).orElse(Map.of()));
        }
    }

    private LanguageModels() { }

    /** The experts that the project brings for a base: {@code models/experts/<base>/} below {@code home}, when it is there. */
    public static Optional<Path> bundledExperts(Path home, String base) {
        return BaseCatalog.find(base).map(known -> home.resolve("models/experts").resolve(known.name())).filter(Files::isDirectory);
    }

    /** Has the base on this machine and reads what it is, without loading it. @throws RuntimeException as {@link #load} does */
    public static void fetch(String base, DownloadProgress progress) {
        try {
            Path path = BaseResolver.standard(progress).resolve(base);
            if (!Files.isDirectory(path) || !VisionFolder.isOne(path)) {
                OpenedBase.config(path);
            }
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw notLoadable(base, e);
        }
    }

    /**
     * @return a {@link VisionLanguageModel} if the base is one, or the expert for pictures brings eyes
     * @throws RuntimeException with one sentence as its message if the base can't be had or read, an expert doesn't
     *     fit, or a GPU was asked for and there is none
     */
    public static LanguageModel load(Request request, DownloadProgress progress) {
        Device device = suitable(request);
        try {
            return load(request, device, progress);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw notLoadable(request.base(), e);
        }
    }

    private static IllegalArgumentException notLoadable(String base, RuntimeException e) {
        return new IllegalArgumentException("Base " + base + " can't be loaded: " + reason(e) + ".", e);
    }

    private static LanguageModel load(Request request, Device device, DownloadProgress progress) {
        Path path = BaseResolver.standard(progress).resolve(request.base());
        if (Files.isDirectory(path) && VisionFolder.isOne(path)) {
            requireEager(request.engine());
            return VisionModels.load(path, request, device);
        }
        OpenedBase parts = OpenedBase.open(path);
        Map<String, LoraAdapter> experts = request.experts()
                .map(folder -> ExpertLoader.load(folder, parts.config())).orElse(Map.of());
        ModelInfo info = request.info(experts.keySet());
        TransformerExecutor executor;
        if (!device.isGpu() && compiles(request.engine(), parts.config())) {
            executor = new CompiledModels(BaseResolver.standard(progress).cacheFolder(), progress).open(parts.path(), parts.config(), parts.weights(),
                    CompiledModels.DEFAULT_BITS, experts, request.rows(), request.contextTokens());
        } else {
            WeightSource weights = new ReportedWeights(parts.weights(), "loading " + request.base(), progress);
            executor = EagerExecutor.load(parts.config(), weights, experts, request.rows(), request.contextTokens(),
                    device, device.isGpu() ? DataType.FLOAT16 : DataType.FLOAT32);
        }
        LocalLanguageModel language = new LocalLanguageModel(info, executor, parts.tokenizer(), BatcherSettings.of(executor));
        return VisionModels.withEyes(request, parts, executor, language, device);
    }

    private static void requireEager(Engine engine) {
        if (engine == Engine.COMPILED) {
            throw new IllegalArgumentException("The compiled engine can't run a vision-language model; take --engine eager.");
        }
    }

    private static boolean compiles(Engine engine, TransformerConfig config) {
        Optional<String> obstacle = CompiledModels.obstacle(config);
        if (engine == Engine.COMPILED && obstacle.isPresent()) {
            throw new IllegalArgumentException("The compiled engine can't run this base: " + obstacle.get() + "; take --engine eager.");
        }
        obstacle.filter(reason -> engine == Engine.AUTO).ifPresent(reason -> LOG.warn("The eager engine runs this base: {}", reason));
        return engine != Engine.EAGER && obstacle.isEmpty();
    }

    /** In one line; of a file that is no JSON, what is wrong with it. */
    private static String reason(RuntimeException e) {
        String cause = e instanceof UncheckedIOException io && io.getCause().getMessage() != null
                ? " (" + io.getCause().getMessage().lines().findFirst().orElse("") + ")" : "";
        return e.getMessage().replaceFirst("\\.$", "") + cause;
    }

    /** That the request's engine runs on. */
    private static Device suitable(Request request) {
        Device device = device(request.compute());
        if (device.isGpu() && request.engine() == Engine.COMPILED) {
            throw new IllegalArgumentException("The compiled engine runs on the CPU: give --device cpu, or --engine eager for the GPU.");
        }
        return device;
    }

    /**
     * Asks PyTorch only where its answer matters: loading it takes time and memory.
     *
     * @throws IllegalArgumentException if a GPU was asked for and there is none
     */
    public static Device device(Compute compute) {
        boolean gpu = compute != Compute.CPU && NVIDIA_DRIVER.stream().anyMatch(Files::exists) && ai.djl.engine.Engine.getEngine("PyTorch").getGpuCount() > 0;
        if (compute == Compute.GPU && !gpu) {
            throw new IllegalArgumentException("PyTorch finds no GPU here: on a machine with an NVIDIA GPU build with -Pcuda, or take another"
                    + " PyTorch as models/src/main/gpu does; or give --device cpu.");
        }
        return gpu ? Device.gpu() : Device.cpu();
    }
}
