package org.memlora.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.memlora.models.LanguageModels;
import org.memlora.models.LanguageModels.Compute;
import picocli.CommandLine.Option;

/** Which model, and where it runs. */
final class ModelOptions {

    private static final String NO_EXPERTS = "none";

    @Option(names = "--base", paramLabel = "NAME", description = "Base model: a name of the README's table, a .gguf file or a"
            + " Hugging Face folder. Default: ${DEFAULT-VALUE}.", defaultValue = LanguageModels.DEFAULT_BASE)
    private String base;

    @Option(names = "--experts", paramLabel = "DIR|none", description = "Folder with one subfolder per expert in PEFT's format."
            + " Default: models/experts/<base>/, when it is there.")
    private String experts;

    @Option(names = "--device", description = "auto, cpu or gpu. Default: ${DEFAULT-VALUE}.", defaultValue = "auto")
    private Compute device;

    @Option(names = "--rows", paramLabel = "N", description = "Requests in the model at once. Default: ${DEFAULT-VALUE}.", defaultValue = "16")
    private int rows;

    @Option(names = "--context-tokens", paramLabel = "N", description = "Longest prompt plus completion. Default: ${DEFAULT-VALUE}.",
            defaultValue = "1536")
    private int contextTokens;

    LanguageModels.Request request() {
        if (rows < 1 || contextTokens < 64) {
            throw new UserError("--rows must be at least 1 and --context-tokens at least 64.");
        }
        return new LanguageModels.Request(base, expertsFolder(), device, rows, contextTokens);
    }

    private Optional<Path> expertsFolder() {
        if (experts == null) {
            return LanguageModels.bundledExperts(Path.of(System.getProperty("memlora.home", ".")), base);
        }
        if (experts.equals(NO_EXPERTS)) {
            return Optional.empty();
        }
        Path folder = Path.of(experts);
        if (!Files.isDirectory(folder)) {
            throw new UserError("There is no folder " + folder + " with experts.");
        }
        return Optional.of(folder);
    }
}
