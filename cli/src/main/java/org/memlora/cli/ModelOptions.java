package org.memlora.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.memlora.models.LanguageModels;
import org.memlora.models.LanguageModels.Compute;
import org.memlora.models.LanguageModels.Engine;
import org.memlora.models.bases.BaseCatalog;
import org.memlora.models.vision.VisionModels;
import picocli.CommandLine.Option;

/** Which model, and where it runs. */
final class ModelOptions {

    private static final String NONE = "none";
    /* Of the eyes: a picture's prompt is short, and each row costs memory. */
    private static final int EYES_ROWS = 4;
    private static final int EYES_CONTEXT_TOKENS = 512;

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

    @Option(names = "--eyes", paramLabel = "NAME|none", description = "Base that looks at pictures where --base can't; its experts must have eyes. Loaded when the"
            + " first picture comes. none = pictures count by their captions. Default: " + BaseCatalog.SMOLLM2_135M + ", when models/experts has its eyes.")
    private String eyes;

    /** What looks at pictures if {@link #request} can't; empty = nothing. */
    Optional<LanguageModels.Request> eyes() {
        if (eyes == null) {
            return expertsFolder(null, BaseCatalog.SMOLLM2_135M).filter(VisionModels::haveEyes).map(folder -> eyes(BaseCatalog.SMOLLM2_135M));
        }
        return namedEyes();
    }

    /** The same without the default. */
    Optional<LanguageModels.Request> namedEyes() {
        return Optional.ofNullable(eyes).filter(name -> !name.equals(NONE)).map(this::eyes);
    }

    private LanguageModels.Request eyes(String name) {
        return new LanguageModels.Request(name, expertsFolder(null, name), device, engine, EYES_ROWS, EYES_CONTEXT_TOKENS);
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
