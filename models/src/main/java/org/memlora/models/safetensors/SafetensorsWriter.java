package org.memlora.models.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Collects tensors and writes them as one safetensors file, e.g. an adapter. Threading: one thread. */
public final class SafetensorsWriter {

    private static final int CHUNK_BYTES = 1 << 16;
    private static final int ALIGNMENT = 8;

    private record Entry(SafetensorsType type, long[] shape, float[] values) { }

    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>(Map.of("format", "pt"));

    /**
     * @param type F32 or F16 (values rounded to nearest)
     * @param shape row-major
     * @param values as many as the shape says; kept, not copied
     */
    public SafetensorsWriter add(String name, SafetensorsType type, long[] shape, float[] values) {
        if (type == SafetensorsType.BF16) {
            throw new IllegalArgumentException("tensor " + name + " of type BF16 cannot be written; take F32 or F16");
        }
        long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        if (size != values.length) {
            throw new IllegalArgumentException("tensor " + name + " has " + values.length + " values, its shape "
                    + Arrays.toString(shape) + " says " + size);
        }
        if (entries.putIfAbsent(name, new Entry(type, shape.clone(), values)) != null) {
            throw new IllegalArgumentException("tensor " + name + " was added before");
        }
        return this;
    }

    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /** Writes to a temporary file beside {@code file} and moves it there: a reader sees the old file or the new one. */
    public void write(Path file) throws IOException {
        Path temporary = Files.createTempFile(file.toAbsolutePath().getParent(), file.getFileName().toString(), ".part");
        try {
            try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                writeAll(out, ByteBuffer.wrap(header()));
                for (Entry entry : entries.values()) {
                    writeValues(out, entry);
                }
                out.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private byte[] header() throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        root.set("__metadata__", json.valueToTree(metadata));
        long offset = 0;
        for (Map.Entry<String, Entry> named : entries.entrySet()) {
            Entry entry = named.getValue();
            long end = offset + (long) entry.values.length * entry.type.bytes();
            ObjectNode node = root.putObject(named.getKey());
            node.put("dtype", entry.type.name());
            node.set("shape", json.valueToTree(entry.shape));
            node.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] text = json.writeValueAsBytes(root);
        int padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(8 + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(text).put(" ".repeat(padded - text.length).getBytes(StandardCharsets.US_ASCII));
        return header.array();
    }

    private static void writeValues(FileChannel out, Entry entry) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : entry.values) {
            entry.type.put(chunk, value);
            if (!chunk.hasRemaining()) {
                writeAll(out, chunk.flip());
                chunk.clear();
            }
        }
        writeAll(out, chunk.flip());
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }
}
