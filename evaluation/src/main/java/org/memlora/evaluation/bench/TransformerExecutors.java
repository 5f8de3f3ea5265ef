package org.memlora.evaluation.bench;

import ai.djl.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.memlora.models.OpenedBase;
import org.memlora.models.bases.BaseResolver;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.compiled.CompiledModels;
import org.memlora.models.lora.ExpertLoader;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.transformer.EagerExecutor;
import org.memlora.models.transformer.TransformerExecutor.RowInput;
import org.memlora.models.transformer.TransformerExecutor;

/** The only place of the benchmark that knows which executors there are and how to call one. */
final class TransformerExecutors {

    static final String OURS = "ours";
    static final String EAGER = "eager";

    private TransformerExecutors() { }

    /** @param name OURS = what serves on this machine's CPU; EAGER = the reference on DJL's PyTorch engine */
    static TransformerExecutor load(String name, OpenedBase base, Optional<Path> experts, int rows, int contextTokens) {
        Map<String, LoraAdapter> loaded = experts.map(folder -> ExpertLoader.load(folder, base.config())).orElse(Map.of());
        return switch (name) {
            case OURS -> new CompiledModels(BaseResolver.standard(DownloadProgress.none()).cacheFolder(), DownloadProgress.none()).open(
                    base.path(), base.config(), base.weights(), CompiledModels.DEFAULT_BITS, loaded, rows, contextTokens);
            case EAGER -> EagerExecutor.load(base.config(), base.weights(), loaded, rows, contextTokens, Device.cpu());
            default -> throw new IllegalArgumentException("no engine " + name);
        };
    }

    /** Feeds one piece per row, rows 0 .. n - 1. @return per row the logits after its last token */
    static List<float[]> feed(TransformerExecutor executor, int position, List<int[]> pieces, List<String> experts) {
        List<RowInput> inputs = new ArrayList<>();
        for (int row = 0; row < pieces.size(); row++) {
            inputs.add(new RowInput(row, position, pieces.get(row), experts.get(row)));
        }
        return executor.forward(inputs).stream().map(logits -> logits[0]).toList();
    }

    /** The greedy token, the lowest of equal ones. */
    static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }
}
