package org.memlora.models.compiled;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.compiled.CompiledWeights.Stored;
import org.memlora.models.compiled.CompiledWeights.Type;
import org.memlora.models.transformer.DecoderWeights.Matrix;

/** Writes the matrices of a base as one file, quantised on all cores. */
final class WeightWriter implements AutoCloseable {
    static final int UNQUANTISED = 32;

    private static final int ALIGNMENT = 4096;
    private static final int CHUNK_VALUES = 1 << 21;

    private final int bits;
    private final FileChannel channel;
    private final CRC32C checksum = new CRC32C();
    private final Map<String, Stored> tensors = new LinkedHashMap<>();
    private long written;

    WeightWriter(Path file, int bits) throws IOException {
        this.bits = bits;
        this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Bytes of the file that {@link #write} makes, about. */
    static long estimate(List<WeightLayout.Named> matrices, int bits) {
        long values = matrices.stream().mapToLong(named -> (long) named.matrix().rows() * named.matrix().columns()).sum();
        return bits == UNQUANTISED ? 4 * values : values * bits / 8 + values / BlockQuantiser.BLOCK * Float.BYTES;
    }

    void write(List<WeightLayout.Named> matrices, DownloadProgress progress) throws IOException {
        long total = estimate(matrices, bits);
        for (WeightLayout.Named named : matrices) {
            progress.step("compiling the model", Math.min(written, total), total);
            if (bits == UNQUANTISED) {
                writeTransposed(named.name(), named.matrix());
            } else {
                writeBlocks(named.name(), named.matrix());
            }
        }
        progress.step("compiling the model", total, total);
    }

    private void writeBlocks(String name, Matrix matrix) throws IOException {
        BlockQuantiser quantiser = new BlockQuantiser(bits);
        int blocks = BlockQuantiser.blocks(matrix.columns());
        byte[] codes = new byte[Math.multiplyExact(matrix.rows() * blocks, quantiser.blockBytes())];
        float[] scales = new float[matrix.rows() * blocks];
        int chunkRows = Math.max(1, CHUNK_VALUES / matrix.columns());
        int chunks = (matrix.rows() + chunkRows - 1) / chunkRows;
        IntStream.range(0, chunks).parallel().forEach(chunk -> {
            int first = chunk * chunkRows;
            int count = Math.min(chunkRows, matrix.rows() - first);
            float[] values = matrix.read(first, count);
            for (int row = 0; row < count; row++) {
                for (int block = 0; block < blocks; block++) {
                    int at = block * BlockQuantiser.BLOCK;
                    int index = (first + row) * blocks + block;
                    scales[index] = quantiser.encode(values, row * matrix.columns() + at,
                            Math.min(BlockQuantiser.BLOCK, matrix.columns() - at), codes, index * quantiser.blockBytes());
                }
            }
        });
        store(WeightLayout.codes(name), Type.UINT8, new long[] {matrix.rows(), blocks, quantiser.blockBytes()}, ByteBuffer.wrap(codes));
        store(WeightLayout.scales(name), Type.FLOAT, new long[] {(long) matrix.rows() * blocks}, bytes(scales));
    }

    private void writeTransposed(String name, Matrix matrix) throws IOException {
        float[] values = matrix.read(0, matrix.rows());
        float[] transposed = new float[values.length];
        for (int row = 0; row < matrix.rows(); row++) {
            for (int column = 0; column < matrix.columns(); column++) {
                transposed[column * matrix.rows() + row] = values[row * matrix.columns() + column];
            }
        }
        store(WeightLayout.values(name), Type.FLOAT, new long[] {matrix.columns(), matrix.rows()}, bytes(transposed));
    }

    static ByteBuffer bytes(float[] values) {
        ByteBuffer buffer = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return buffer;
    }

    private void store(String name, Type type, long[] shape, ByteBuffer data) throws IOException {
        long bytes = data.remaining();
        tensors.put(name, new Stored(type, shape, written, bytes));
        append(data);
        append(ByteBuffer.allocate((int) ((ALIGNMENT - bytes % ALIGNMENT) % ALIGNMENT)));
    }

    private void append(ByteBuffer data) throws IOException {
        checksum.update(data.duplicate());
        while (data.hasRemaining()) {
            written += channel.write(data);
        }
    }

    Map<String, Stored> tensors() {
        return tensors;
    }

    /** CRC-32C of the whole file. */
    long checksum() {
        return checksum.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.force(true);
        channel.close();
    }
}
