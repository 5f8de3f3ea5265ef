package org.memlora.models.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** One tensor of a {@link GgufFile}; its bytes are mapped from disk. Threading: may be called by all threads. */
public final class GgufTensor {

    private static final int CHUNK_VALUES = 16384;

    private final String name;
    private final long[] shape;
    private final int typeId;
    private final ByteBuffer data;

    /** @param data null for a type that is not supported */
    GgufTensor(String name, long[] shape, int typeId, ByteBuffer data) {
        this.name = name;
        this.shape = shape;
        this.typeId = typeId;
        this.data = data;
    }

    public String name() {
        return name;
    }

    /** Row-major, [out, in] of a linear layer: GGUF's dimensions reversed. */
    public long[] shape() {
        return shape.clone();
    }

    /** Number of values. */
    public long size() {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** @throws IllegalArgumentException if the type is not supported */
    public GgufType type() {
        return GgufType.ofId(typeId).orElseThrow(() -> new IllegalArgumentException("tensor " + name + " has type "
                + GgufType.nameOfId(typeId) + ", supported are " + Arrays.toString(GgufType.values())
                + "; take another quantisation of the model"));
    }

    /** The undecoded blocks, read-only, little-endian. */
    public ByteBuffer data() {
        type();
        return data.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** All values, row-major. */
    public float[] dequantise() {
        float[] values = new float[arraySize(size())];
        decode(0, values.length, FloatBuffer.wrap(values));
        return values;
    }

    /** All values, row-major, into {@code target} from its position on. */
    public void dequantise(FloatBuffer target) {
        decode(0, size(), target);
    }

    /** {@code count} rows of the last dimension from row {@code first} on, e.g. some tokens' embeddings. */
    public float[] dequantiseRows(long first, int count) {
        long width = shape[shape.length - 1];
        if (first < 0 || count < 0 || (first + count) * width > size()) {
            throw new IndexOutOfBoundsException("rows " + first + ".." + (first + count) + " of tensor " + name
                    + ", which has " + size() / width);
        }
        float[] values = new float[arraySize(count * width)];
        decode(first * width, values.length, FloatBuffer.wrap(values));
        return values;
    }

    private int arraySize(long values) {
        if (values > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("tensor " + name + " has " + values
                    + " values, too many for one array; read it by rows");
        }
        return (int) values;
    }

    private void decode(long firstValue, long count, FloatBuffer target) {
        GgufType type = type();
        if (target.remaining() < count) {
            throw new IllegalArgumentException("the buffer for tensor " + name + " has room for " + target.remaining()
                    + " values, needed are " + count);
        }
        ByteBuffer source = data();
        source.position(Math.toIntExact(firstValue / type.blockValues() * type.blockBytes()));
        int chunk = (int) Math.min(CHUNK_VALUES, count);
        byte[] blocks = new byte[chunk / type.blockValues() * type.blockBytes()];
        float[] values = new float[chunk];
        for (long done = 0; done < count; done += chunk) {
            int now = (int) Math.min(chunk, count - done);
            int blockCount = now / type.blockValues();
            source.get(blocks, 0, blockCount * type.blockBytes());
            for (int i = 0; i < blockCount; i++) {
                type.decoder().decode(blocks, i * type.blockBytes(), values, i * type.blockValues());
            }
            target.put(values, 0, now);
        }
    }
}
