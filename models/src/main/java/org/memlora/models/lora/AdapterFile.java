package org.memlora.models.lora;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.safetensors.SafetensorsType;
import org.memlora.models.safetensors.SafetensorsWriter;
import org.memlora.models.transformer.Projection;

/** An adapter in PEFT's on-disk format: a folder with {@link #CONFIG} and {@link #WEIGHTS}. */
public final class AdapterFile {
    public static final String CONFIG = "adapter_config.json";
    public static final String WEIGHTS = "adapter_model.safetensors";

    private static final Pattern KEY =
            Pattern.compile("base_model\\.model\\.(?!.*vision)(?:.+\\.)?layers\\.(\\d{1,6})\\.(\\w+\\.\\w+)\\.lora_([AB])\\.weight");

    private AdapterFile() { }

    /** @throws IllegalArgumentException if the folder holds no adapter usable here; names the folder */
    public static LoraAdapter read(String name, Path folder) {
        try {
            LoraConfig config = LoraConfig.fromJson(new ObjectMapper().readTree(folder.resolve(CONFIG).toFile()));
            return new LoraAdapter(name, config, weights(SafetensorsFile.open(folder.resolve(WEIGHTS))));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the adapter in " + folder, e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("adapter in " + folder + ": " + e.getMessage(), e);
        }
    }

    private static Map<LoraAdapter.Target, LoraAdapter.Weights> weights(SafetensorsFile file) {
        Map<LoraAdapter.Target, Map<String, String>> keys = new LinkedHashMap<>();
        for (String key : file.names()) {
            Matcher matcher = KEY.matcher(key);
            Projection projection = matcher.matches() ? Projection.ofHuggingFaceName(matcher.group(2)).orElse(null) : null;
            if (projection == null) {
                throw new IllegalArgumentException("tensor " + key + " is not one of LoRA on the linear layers of a block");
            }
            LoraAdapter.Target target = new LoraAdapter.Target(Integer.parseInt(matcher.group(1)), projection);
            keys.computeIfAbsent(target, t -> new HashMap<>()).put(matcher.group(3), key);
        }
        Map<LoraAdapter.Target, LoraAdapter.Weights> weights = new HashMap<>();
        keys.forEach((target, pair) -> {
            if (pair.size() != 2) {
                throw new IllegalArgumentException("tensor " + pair.values().iterator().next() + " has no partner");
            }
            long[] a = file.shape(pair.get("A"));
            long[] b = file.shape(pair.get("B"));
            if (a.length != 2 || b.length != 2 || a[0] != b[1]) {
                throw new IllegalArgumentException("A of " + target + " has shape " + Arrays.toString(a) + ", B "
                        + Arrays.toString(b) + ": expected [rank, in] and [out, rank]");
            }
            weights.put(target, new LoraAdapter.Weights((int) a[0], (int) a[1], (int) b[0], file.read(pair.get("A")), file.read(pair.get("B"))));
        });
        return weights;
    }

    /** Writes float32 weights that PEFT loads; the folder is made if missing. */
    public static void write(LoraAdapter adapter, Path folder) {
        write(adapter, folder, SafetensorsType.F32);
    }

    /** @param type F32, or F16: half the size, values rounded to nearest */
    public static void write(LoraAdapter adapter, Path folder, SafetensorsType type) {
        SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
        adapter.ordered().forEach((target, value) -> {
            String stem = "base_model.model.model.layers." + target.layer() + "." + target.projection().huggingFaceName();
            writer.add(stem + ".lora_A.weight", type, new long[] {value.rank(), value.in()}, value.a());
            writer.add(stem + ".lora_B.weight", type, new long[] {value.out(), value.rank()}, value.b());
        });
        try {
            Files.createDirectories(folder);
            writer.write(folder.resolve(WEIGHTS));
            Files.writeString(folder.resolve(CONFIG), adapter.config().toJson().toPrettyString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the adapter to " + folder, e);
        }
    }
}
