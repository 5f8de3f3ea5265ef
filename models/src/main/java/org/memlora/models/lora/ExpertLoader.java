package org.memlora.models.lora;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.memlora.models.transformer.TransformerConfig;

/** Reads the experts of a folder: each subfolder with an adapter_config.json is one, named like the subfolder. */
public final class ExpertLoader {
    private ExpertLoader() { }

    /**
     * All experts, by name in alphabetical order; all or none.
     *
     * @throws IllegalArgumentException if one is unusable or does not fit the base; names both shapes
     */
    public static Map<String, LoraAdapter> load(Path folder, TransformerConfig base) {
        List<Path> folders;
        try (Stream<Path> entries = Files.list(folder)) {
            folders = entries.filter(entry -> Files.isRegularFile(entry.resolve(AdapterFile.CONFIG))).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the experts in " + folder, e);
        }
        Map<String, LoraAdapter> experts = new LinkedHashMap<>();
        for (Path entry : folders) {
            String name = entry.getFileName().toString();
            LoraAdapter adapter = AdapterFile.read(name, entry);
            adapter.requireFit(base);
            experts.put(name, adapter);
        }
        return Collections.unmodifiableMap(experts);
    }
}
