package org.memlora.models.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.memlora.models.weights.ModelFileException;
import org.memlora.models.weights.WeightSource;

/**
 * A GGUF file (version 2 or 3, little-endian), mapped from disk tensor by tensor, so files over 2 GB work.
 * The mappings go when the object is garbage. Threading: immutable.
 */
public final class GgufFile implements WeightSource {

    private static final int MAGIC = 0x46554747;
    private static final int MOST_DIMENSIONS = 8;
    private static final long DEFAULT_ALIGNMENT = 32;

    private final Path file;
    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final Map<String, GgufTensor> tensors = new LinkedHashMap<>();

    private record TensorHeader(String name, long[] shape, int typeId, long offset) { }

    /** @throws ModelFileException if the file is missing, truncated or no GGUF file */
    public static GgufFile open(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new GgufFile(file, channel);
        } catch (IOException e) {
            throw new ModelFileException(file, "no readable file (" + e + ")", "a GGUF file",
                    "check the path and its permissions", e);
        }
    }

    private GgufFile(Path file, FileChannel channel) throws IOException {
        this.file = file;
        long size = channel.size();
        ByteBuffer start = channel.map(MapMode.READ_ONLY, 0, Math.min(size, Integer.MAX_VALUE))
                .order(ByteOrder.LITTLE_ENDIAN);
        checkMagic(start);
        GgufHeaderReader reader = new GgufHeaderReader(file, start);
        int tensorCount = reader.count("tensor", 24);
        int metadataCount = reader.count("metadata", 13);
        for (int i = 0; i < metadataCount; i++) {
            metadata.put(reader.string(), reader.value());
        }
        TensorHeader[] headers = new TensorHeader[tensorCount];
        for (int i = 0; i < tensorCount; i++) {
            headers[i] = tensorHeader(reader);
        }
        long alignment = metadata.get("general.alignment") instanceof Long given && given > 0 ? given : DEFAULT_ALIGNMENT;
        long dataStart = (reader.position() + alignment - 1) / alignment * alignment;
        for (TensorHeader header : headers) {
            if (tensors.put(header.name, tensor(header, dataStart, channel, reader)) != null) {
                throw reader.damaged("tensor " + header.name + " twice", "each name once");
            }
        }
    }

    private void checkMagic(ByteBuffer start) {
        if (start.remaining() < 8 || start.getInt() != MAGIC) {
            throw new ModelFileException(file, "other content (" + start.limit() + " bytes or more, not starting with \"GGUF\")",
                    "a GGUF file", "give the path of a .gguf file");
        }
        int version = start.getInt();
        if (version != 2 && version != 3) {
            throw new ModelFileException(file,
                    Integer.reverseBytes(version) == 3 ? "a big-endian GGUF file" : "GGUF version " + version,
                    "version 2 or 3, little-endian", "convert the model again with a current tool");
        }
    }

    private static TensorHeader tensorHeader(GgufHeaderReader reader) {
        String name = reader.string();
        int dimensions = reader.int32();
        if (dimensions < 0 || dimensions > MOST_DIMENSIONS) {
            throw reader.damaged(dimensions + " dimensions of tensor " + name, "at most " + MOST_DIMENSIONS);
        }
        long[] shape = new long[dimensions];
        for (int i = dimensions - 1; i >= 0; i--) {
            shape[i] = reader.int64();
        }
        return new TensorHeader(name, shape, reader.int32(), reader.int64());
    }

    private static GgufTensor tensor(TensorHeader header, long dataStart, FileChannel channel, GgufHeaderReader reader)
            throws IOException {
        Optional<GgufType> supported = GgufType.ofId(header.typeId);
        if (supported.isEmpty()) {
            return new GgufTensor(header.name, header.shape, header.typeId, null);
        }
        GgufType type = supported.get();
        long bytes = byteSize(header, type, reader);
        if (header.offset < 0 || dataStart + header.offset < 0 || channel.size() - bytes < dataStart + header.offset) {
            throw reader.damaged("a file of " + channel.size() + " bytes",
                    "at least " + (dataStart + header.offset + bytes) + " for tensor " + header.name + " (truncated download?)");
        }
        if (bytes > Integer.MAX_VALUE) {
            throw reader.damaged("tensor " + header.name + " of " + bytes + " bytes", "at most " + Integer.MAX_VALUE);
        }
        ByteBuffer data = channel.map(MapMode.READ_ONLY, dataStart + header.offset, bytes);
        return new GgufTensor(header.name, header.shape, header.typeId, data);
    }

    private static long byteSize(TensorHeader header, GgufType type, GgufHeaderReader reader) {
        long values = 1;
        for (long dimension : header.shape) {
            if (dimension < 1 || dimension > Long.MAX_VALUE / 1024 / values) {
                throw reader.damaged("a dimension of " + dimension + " in tensor " + header.name, "a sensible size");
            }
            values *= dimension;
        }
        long width = header.shape.length == 0 ? 1 : header.shape[header.shape.length - 1];
        if (width % type.blockValues() != 0) {
            throw reader.damaged("rows of " + width + " values in tensor " + header.name + " of type " + type,
                    "a multiple of " + type.blockValues());
        }
        return values / type.blockValues() * type.blockBytes();
    }

    public Path file() {
        return file;
    }

    /** All metadata: Long, Float, Double, Boolean, String, or an immutable List of these. */
    public Map<String, Object> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    public Collection<GgufTensor> tensors() {
        return Collections.unmodifiableCollection(tensors.values());
    }

    /** @throws ModelFileException if there is no such tensor */
    public GgufTensor tensor(String name) {
        GgufTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new ModelFileException(file, "no tensor " + name, "one of its " + tensors.size() + " tensors",
                    "check that the file fits the model family");
        }
        return tensor;
    }

    public boolean hasMetadata(String key) {
        return metadata.containsKey(key);
    }

    public String string(String key) {
        return typed(key, String.class);
    }

    public long integer(String key) {
        return typed(key, Long.class);
    }

    public boolean bool(String key) {
        return typed(key, Boolean.class);
    }

    /** A number of any type. */
    public double number(String key) {
        return typed(key, Number.class).doubleValue();
    }

    /** An array of strings, e.g. the tokens. */
    public List<String> strings(String key) {
        return elements(key, String.class);
    }

    /** An array of integers, e.g. the token types. */
    public int[] integers(String key) {
        return elements(key, Long.class).stream().mapToInt(Long::intValue).toArray();
    }

    @SuppressWarnings("unchecked")
    private <T> List<T> elements(String key, Class<T> type) {
        List<?> values = typed(key, List.class);
        if (!values.isEmpty() && !type.isInstance(values.get(0))) {
            throw wrongMetadata(key, "a list of " + values.get(0).getClass().getSimpleName(),
                    "a list of " + type.getSimpleName());
        }
        return (List<T>) values;
    }

    private <T> T typed(String key, Class<T> type) {
        Object value = metadata.get(key);
        if (!type.isInstance(value)) {
            throw wrongMetadata(key, value == null ? "none" : value.getClass().getSimpleName(), type.getSimpleName());
        }
        return type.cast(value);
    }

    private ModelFileException wrongMetadata(String key, String found, String expected) {
        return new ModelFileException(file, "for metadata " + key + " " + found, expected,
                "take a file converted for this model family");
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    @Override
    public long[] shape(String name) {
        return tensor(name).shape();
    }

    @Override
    public float[] read(String name) {
        return tensor(name).dequantise();
    }

    @Override
    public void read(String name, FloatBuffer target) {
        tensor(name).dequantise(target);
    }

    @Override
    public float[] readRows(String name, long first, int count) {
        return tensor(name).dequantiseRows(first, count);
    }
}
