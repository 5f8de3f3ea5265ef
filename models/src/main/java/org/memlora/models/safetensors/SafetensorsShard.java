package org.memlora.models.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.memlora.models.weights.ModelFileException;

/** One safetensors file: its header, and its tensors mapped from disk. Immutable. */
final class SafetensorsShard {

    private static final long LARGEST_HEADER = 100_000_000;
    private static final String METADATA = "__metadata__";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param data null for a type that is not supported */
    record Tensor(String name, String typeName, long[] shape, ByteBuffer data) {

        int size() {
            long values = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            if (values > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException("tensor " + name + " has " + values + " values, too many for one array");
            }
            return (int) values;
        }

        void read(FloatBuffer target) {
            if (target.remaining() < size()) {
                throw new IllegalArgumentException("the buffer for tensor " + name + " has room for "
                        + target.remaining() + " values, needed are " + size());
            }
            read(0, size(), target);
        }

        float[] readRows(long first, int count) {
            long width = shape[shape.length - 1];
            if (first < 0 || count < 0 || (first + count) * width > size()) {
                throw new IndexOutOfBoundsException("rows " + first + ".." + (first + count) + " of tensor " + name
                        + ", which has " + size() / width);
            }
            float[] values = new float[Math.toIntExact(count * width)];
            read(Math.toIntExact(first * width), values.length, FloatBuffer.wrap(values));
            return values;
        }

        private void read(int first, int count, FloatBuffer target) {
            SafetensorsType type = SafetensorsType.ofName(typeName).orElseThrow(() -> new IllegalArgumentException(
                    "tensor " + name + " has type " + typeName + ", supported are "
                            + Arrays.toString(SafetensorsType.values()) + "; convert the file to one of them"));
            ByteBuffer source = data.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(Math.multiplyExact(first, type.bytes()))
                    .slice().order(ByteOrder.LITTLE_ENDIAN);
            if (type == SafetensorsType.F32) {
                target.put(source.asFloatBuffer().limit(count));
                return;
            }
            for (int i = 0; i < count; i++) {
                target.put(type.get(source));
            }
        }
    }

    private final Path file;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    SafetensorsShard(Path file) {
        this.file = file;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            readHeader(channel);
        } catch (IOException e) {
            throw new ModelFileException(file, "no readable file (" + e + ")", "a safetensors file",
                    "check the path and its permissions", e);
        }
    }

    Map<String, Tensor> tensors() {
        return tensors;
    }

    Map<String, String> metadata() {
        return metadata;
    }

    private void readHeader(FileChannel channel) throws IOException {
        long fileBytes = channel.size();
        if (fileBytes < 8) {
            throw damaged("a file of " + fileBytes + " bytes", "a safetensors file of 8 or more");
        }
        long headerBytes = channel.map(MapMode.READ_ONLY, 0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerBytes < 2 || headerBytes > Math.min(LARGEST_HEADER, fileBytes - 8)) {
            throw damaged("a header length of " + Long.toUnsignedString(headerBytes) + " in a file of " + fileBytes + " bytes",
                    "a safetensors file whose header lies within it");
        }
        byte[] header = new byte[(int) headerBytes];
        channel.map(MapMode.READ_ONLY, 8, headerBytes).get(header);
        JsonNode root = parse(header);
        for (Iterator<Map.Entry<String, JsonNode>> fields = root.fields(); fields.hasNext();) {
            Map.Entry<String, JsonNode> field = fields.next();
            if (field.getKey().equals(METADATA)) {
                field.getValue().fields().forEachRemaining(entry -> metadata.put(entry.getKey(), entry.getValue().asText()));
            } else {
                tensors.put(field.getKey(), tensor(field.getKey(), field.getValue(), channel, 8 + headerBytes));
            }
        }
    }

    private JsonNode parse(byte[] header) {
        try {
            JsonNode root = JSON.readTree(header);
            if (root.isObject()) {
                return root;
            }
            throw damaged("a header that is no JSON object", "a safetensors file");
        } catch (IOException e) {
            throw new ModelFileException(file, "a header that is no JSON", "a safetensors file", "fetch the file again", e);
        }
    }

    private Tensor tensor(String name, JsonNode entry, FileChannel channel, long dataStart) throws IOException {
        JsonNode dimensions = entry.path("shape");
        JsonNode offsets = entry.path("data_offsets");
        if (!entry.path("dtype").isTextual() || !dimensions.isArray() || offsets.size() != 2) {
            throw damaged("no dtype, shape or data_offsets for tensor " + name, "all three");
        }
        long[] shape = new long[dimensions.size()];
        long values = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = dimensions.get(i).asLong(-1);
            if (shape[i] < 0 || shape[i] > 0 && values > Long.MAX_VALUE / 8 / shape[i]) {
                throw damaged("a dimension of " + shape[i] + " in tensor " + name, "a sensible size");
            }
            values *= shape[i];
        }
        String typeName = entry.path("dtype").asText();
        Optional<SafetensorsType> type = SafetensorsType.ofName(typeName);
        if (type.isEmpty()) {
            return new Tensor(name, typeName, shape, null);
        }
        long begin = offsets.get(0).asLong(-1);
        long end = offsets.get(1).asLong(-1);
        if (begin < 0 || end - begin != values * type.get().bytes()) {
            throw damaged("bytes " + begin + " to " + end + " for tensor " + name, values * type.get().bytes() + " of them");
        }
        if (end > channel.size() - dataStart) {
            throw damaged("a file of " + channel.size() + " bytes",
                    "at least " + (dataStart + end) + " for tensor " + name + " (truncated download?)");
        }
        if (end - begin > Integer.MAX_VALUE) {
            throw damaged("tensor " + name + " of " + (end - begin) + " bytes", "at most " + Integer.MAX_VALUE);
        }
        return new Tensor(name, typeName, shape, channel.map(MapMode.READ_ONLY, dataStart + begin, end - begin));
    }

    private ModelFileException damaged(String found, String expected) {
        return new ModelFileException(file, found, expected, "fetch the file again");
    }
}
