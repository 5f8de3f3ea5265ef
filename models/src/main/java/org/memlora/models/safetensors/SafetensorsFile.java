package org.memlora.models.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.memlora.models.weights.ModelFileException;
import org.memlora.models.weights.WeightSource;

/**
 * The tensors of a safetensors file or of the shards of a model folder, mapped from disk.
 * The mappings go when the object is garbage. Threading: immutable.
 */
public final class SafetensorsFile implements WeightSource {

    public static final String SINGLE = "model.safetensors";
    public static final String INDEX = "model.safetensors.index.json";

    private final Path path;
    private final Map<String, SafetensorsShard.Tensor> tensors;
    private final Map<String, String> metadata;

    /**
     * @param path a .safetensors file, or a folder with {@link #INDEX} or {@link #SINGLE}
     * @throws ModelFileException if a file is missing, truncated, foreign or not what the index says
     */
    public static SafetensorsFile open(Path path) {
        if (!Files.isDirectory(path)) {
            return single(path);
        }
        Path index = path.resolve(INDEX);
        return Files.exists(index) ? sharded(path, index) : single(path.resolve(SINGLE));
    }

    private SafetensorsFile(Path path, Map<String, SafetensorsShard.Tensor> tensors, Map<String, String> metadata) {
        this.path = path;
        this.tensors = Collections.unmodifiableMap(tensors);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    private static SafetensorsFile single(Path file) {
        SafetensorsShard shard = new SafetensorsShard(file);
        return new SafetensorsFile(file, shard.tensors(), shard.metadata());
    }

    private static SafetensorsFile sharded(Path folder, Path index) {
        Map<String, SafetensorsShard> shards = new HashMap<>();
        Map<String, SafetensorsShard.Tensor> tensors = new LinkedHashMap<>();
        for (Iterator<Map.Entry<String, JsonNode>> entries = weightMap(index).fields(); entries.hasNext();) {
            Map.Entry<String, JsonNode> entry = entries.next();
            Path file = folder.resolve(entry.getValue().asText()).normalize();
            if (!folder.normalize().equals(file.getParent())) {
                throw new ModelFileException(index, "the shard " + entry.getValue().asText(), "a file in the same folder",
                        "fetch the index again");
            }
            SafetensorsShard shard = shards.computeIfAbsent(entry.getValue().asText(), name -> new SafetensorsShard(file));
            SafetensorsShard.Tensor tensor = shard.tensors().get(entry.getKey());
            if (tensor == null) {
                throw new ModelFileException(file, "no tensor " + entry.getKey(), "it, as " + INDEX + " says",
                        "fetch the folder again");
            }
            tensors.put(entry.getKey(), tensor);
        }
        return new SafetensorsFile(index, tensors, Map.of());
    }

    private static JsonNode weightMap(Path index) {
        try {
            JsonNode map = new ObjectMapper().readTree(index.toFile()).path("weight_map");
            if (map.isObject() && !map.isEmpty()) {
                return map;
            }
            throw new ModelFileException(index, "no weight_map", "tensor names with their shards", "fetch the index again");
        } catch (IOException e) {
            throw new ModelFileException(index, "no readable JSON (" + e.getClass().getSimpleName() + ")",
                    "an index of shards", "fetch the index again", e);
        }
    }

    /** The file's free text entries, e.g. format = pt; empty for shards. */
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public Set<String> names() {
        return tensors.keySet();
    }

    @Override
    public long[] shape(String name) {
        return tensor(name).shape().clone();
    }

    @Override
    public float[] read(String name) {
        float[] values = new float[tensor(name).size()];
        read(name, FloatBuffer.wrap(values));
        return values;
    }

    @Override
    public void read(String name, FloatBuffer target) {
        tensor(name).read(target);
    }

    @Override
    public float[] readRows(String name, long first, int count) {
        return tensor(name).readRows(first, count);
    }

    private SafetensorsShard.Tensor tensor(String name) {
        SafetensorsShard.Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new ModelFileException(path, "no tensor " + name, "one of its " + tensors.size() + " tensors",
                    "check that the file fits the model family");
        }
        return tensor;
    }
}
