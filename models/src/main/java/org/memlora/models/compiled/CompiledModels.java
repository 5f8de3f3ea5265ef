package org.memlora.models.compiled;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.transformer.DecoderWeights;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.models.weights.WeightSource;

/** Opens bases for the CPU: compiled when first used, from the cache afterwards. */
public final class CompiledModels {
    /** Exact for most GGUF types, and the faster one in batches on processors with int8 dot products. */
    public static final int DEFAULT_BITS = Integer.getInteger("memlora.bits", 8);

    private static final int HEAD_WIDTH_STEP = 16;
    private static final long MB = 1_000_000;

    private final Path cacheFolder;
    private final DownloadProgress progress;

    /** @param cacheFolder compiled weights go to a folder of their own in it */
    public CompiledModels(Path cacheFolder, DownloadProgress progress) {
        this.cacheFolder = cacheFolder;
        this.progress = progress;
    }

    /** Why the graph's operators can't run a base; empty = they can. */
    public static Optional<String> obstacle(TransformerConfig config) {
        return config.headWidth() % HEAD_WIDTH_STEP == 0 ? Optional.empty() : Optional.of("its heads are " + config.headWidth()
                + " wide, the attention of ONNX Runtime takes multiples of " + HEAD_WIDTH_STEP);
    }

    /**
     * @param base the file or folder that {@code weights} come from
     * @param bits of a weight: 4, 8, or 32 = unquantised
     * @param experts by the names that rows use
     * @throws IllegalStateException with one sentence if the cache or the runtime fails
     */
    public CompiledExecutor open(Path base, TransformerConfig config, WeightSource weights, int bits,
            Map<String, LoraAdapter> experts, int rows, int contextTokens) {
        DecoderWeights decoder = new DecoderWeights(weights, config);
        List<WeightLayout.Named> matrices = WeightLayout.matrices(config, decoder);
        requireMemory(base, WeightWriter.estimate(matrices, bits), availableMemory());
        CompiledWeights compiled = new GraphCache(cacheFolder.resolve("compiled")).open(name(base), checksum(base), bits,
                matrices, progress);
        return new CompiledExecutor(config, decoder, compiled, experts, rows, contextTokens, Runtime.getRuntime().availableProcessors());
    }

    /** The runtime holds the weights in its own layout beside the mapped file. */
    static void requireMemory(Path base, long weightBytes, long availableBytes) {
        long needed = weightBytes + weightBytes / 4;
        if (availableBytes < needed) {
            throw new IllegalStateException("The base in " + base + " needs some " + needed / MB + " MB of memory, " + availableBytes / MB
                    + " MB are available; free memory, or take a smaller base.");
        }
    }

    /** What Linux could give without swapping; unknown elsewhere = no limit. */
    private static long availableMemory() {
        Path memory = Path.of("/proc/meminfo");
        if (!Files.isReadable(memory)) {
            return Long.MAX_VALUE;
        }
        try (Stream<String> lines = Files.lines(memory)) {
            return lines.filter(line -> line.startsWith("MemAvailable:")).mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst().orElse(Long.MAX_VALUE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path base) {
        String name = base.toAbsolutePath().normalize().getFileName().toString();
        return name.endsWith(".gguf") ? name.substring(0, name.length() - ".gguf".length()) : name;
    }

    private static String checksum(Path base) {
        try {
            if (!Files.isDirectory(base)) {
                return String.format("%08x", GraphCache.checksum(base));
            }
            try (Stream<Path> files = Files.list(base)) {
                List<Path> parts = files.filter(file -> file.toString().endsWith(".safetensors") || file.endsWith("config.json")).sorted().toList();
                long combined = 0;
                for (Path part : parts) {
                    combined = combined * 31 + GraphCache.checksum(part);
                }
                return String.format("%016x", combined);
            }
        } catch (IOException e) {
            throw new IllegalStateException("The base in " + base + " can't be read: " + e.getMessage() + ".", e);
        }
    }
}
