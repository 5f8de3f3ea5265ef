package org.memlora.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.memlora.models.LanguageModels;
import org.memlora.models.LanguageModels.Compute;
import org.memlora.models.LanguageModels.Engine;
import org.memlora.models.WorkerModels;
import org.memlora.models.bases.BaseCatalog;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.vision.VisionModels;
import picocli.CommandLine.Option;

/** Which model, and where it runs. */
final class ModelOptions {

    private static final String NONE = "none";
    /* Of the eyes: a picture's prompt is short, and each row costs memory. */
    private static final int EYES_ROWS = 4;
    private static final int EYES_CONTEXT_TOKENS = 1536;

    @Option(names = "--base", paramLabel = "NAME", description = "Base model: " + BaseCatalog.SMOLLM2_135M + ", "
            + BaseCatalog.QWEN_CODER_500M + ", " + BaseCatalog.QWEN_CODER_1500M + ", a .gguf file or a Hugging Face folder. Default: ${DEFAULT-VALUE}.", defaultValue = LanguageModels.DEFAULT_BASE)
    private String base;

    @Option(names = "--experts", paramLabel = "DIR|none", description = "Folder with one subfolder per expert in PEFT's format."
            + " Default: models/experts/<base>/, when it is there.")
    private String experts;

    @Option(names = "--device", paramLabel = "auto|cpu|gpu", description = "Where the model runs; auto = a GPU where there is one. Default: ${DEFAULT-VALUE}.", defaultValue = "auto")
    private Compute device;

    @Option(names = "--engine", paramLabel = "auto|compiled|eager", description = "auto, compiled (a quantised graph for CPUs) or eager (PyTorch). Default: ${DEFAULT-VALUE}.",
            defaultValue = "auto")
    private Engine engine;

    @Option(names = "--rows", paramLabel = "N", description = "Requests in the model at once. Default: ${DEFAULT-VALUE}.", defaultValue = "16")
    private int rows;

    @Option(names = "--context-tokens", paramLabel = "N", description = "Longest prompt plus completion. Default: ${DEFAULT-VALUE}.",
            defaultValue = "1536")
    private int contextTokens;

    @Option(names = "--eyes", paramLabel = "NAME|none", description = "What looks at pictures: none = nothing, they count by their captions; a base that sees, or whose"
            + " experts have eyes; loaded when the first picture comes. Default: --base if it can, else " + BaseCatalog.SMOLLM2_135M + ", when models/experts has its eyes.")
    private String eyes;

    @Option(names = "--eyes-experts", paramLabel = "DIR", description = "Folder of the experts of --eyes, with one subfolder vision. Default: models/experts/<eyes>/, when it is there.")
    private String eyesExperts;

    /** @param pictures whether some are to be expected: without, no second base is fetched for them unasked */
    WorkerModels load(boolean pictures, DownloadProgress progress) {
        if (eyes == null) {
            Optional<LanguageModels.Request> bundled = Optional.of(eyes(BaseCatalog.SMOLLM2_135M))
                    .filter(other -> pictures && other.experts().filter(VisionModels::haveEyes).isPresent());
            return WorkerModels.load(request(), WorkerModels.Eyes.OWN_OR_OTHER, bundled, progress);
        }
        return eyes.equals(NONE) ? WorkerModels.load(request(), WorkerModels.Eyes.NONE, Optional.empty(), progress)
                : WorkerModels.load(request(), WorkerModels.Eyes.OTHER, Optional.of(eyes(eyes)), progress);
    }

    private LanguageModels.Request eyes(String name) {
        return new LanguageModels.Request(name, expertsFolder(eyesExperts, name), device, Engine.AUTO, EYES_ROWS, EYES_CONTEXT_TOKENS);
    }

    LanguageModels.Request request() {
        if (rows < 1 || contextTokens < 64) {
            throw new UserError("--rows must be at least 1 and --context-tokens at least 64.");
        }
        return new LanguageModels.Request(base, expertsFolder(experts, base), device, engine, rows, contextTokens);
    }

    /** @param experts what was given; null = nothing */
    static Optional<Path> expertsFolder(String experts, String base) {
        if (experts == null) {
            return LanguageModels.bundledExperts(Path.of(System.getProperty("memlora.home", ".")), base);
        }
        if (experts.equals(NONE)) {
            return Optional.empty();
        }
        Path folder = Path.of(experts);
        if (!Files.isDirectory(folder)) {
            throw new UserError("There is no folder " + folder + " with experts.");
        }
        return Optional.of(folder);
    }
}
