package org.memlora.models.compiled;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.bases.FolderTree;
import org.memlora.models.compiled.CompiledWeights.Stored;

/**
 * Compiled weights on disk, one folder per base, bits and builder version: the weights, and a manifest with their checksum.
 * A folder that isn't what its manifest says is built again. Threading: processes and threads exclude each other.
 */
final class GraphCache {
    /** Goes up when the layout of the weights or their codes change. */
    static final int BUILDER_VERSION = 1;

    private static final String WEIGHTS = "weights.bin";
    private static final String MANIFEST = "manifest.json";
    private static final long SPARE_DISK_BYTES = 64L << 20;
    private static final long MB = 1_000_000;
    private static final int MAPPED_BYTES = 1 << 28;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Object ONE_BUILD = new Object();

    private final Path folder;

    /** @param source checksum of the base's files */
    record Manifest(int builder, String source, int bits, long bytes, long checksum, Map<String, Stored> tensors) { }

    GraphCache(Path folder) {
        this.folder = folder;
    }

    /**
     * @param base a name for people
     * @param source checksum of the base's files
     */
    CompiledWeights open(String base, String source, int bits, List<WeightLayout.Named> matrices, DownloadProgress progress) {
        Path home = folder.resolve(base + "-" + source + "-" + bits + "bit-v" + BUILDER_VERSION);
        synchronized (ONE_BUILD) {
            try {
                Files.createDirectories(folder);
                try (FileChannel channel = FileChannel.open(folder.resolve("." + home.getFileName() + ".lock"),
                        StandardOpenOption.CREATE, StandardOpenOption.WRITE); FileLock lock = channel.lock()) {
                    Optional<CompiledWeights> found = read(home, source, bits);
                    return found.isPresent() ? found.get() : build(home, source, bits, matrices, progress);
                }
            } catch (IOException e) {
                throw new IllegalStateException("The compiled model can't be kept in " + folder + " (" + e.getMessage()
                        + "); free disk there, set MEMLORA_CACHE to another folder, or take the eager engine.", e);
            }
        }
    }

    private static Optional<CompiledWeights> read(Path home, String source, int bits) throws IOException {
        Path weights = home.resolve(WEIGHTS);
        if (!Files.isRegularFile(home.resolve(MANIFEST)) || !Files.isRegularFile(weights)) {
            return Optional.empty();
        }
        Manifest manifest;
        try {
            manifest = JSON.readValue(home.resolve(MANIFEST).toFile(), Manifest.class);
        } catch (JacksonException e) {
            return Optional.empty();
        }
        boolean sound = manifest.builder == BUILDER_VERSION && source.equals(manifest.source) && manifest.bits == bits
                && manifest.bytes == Files.size(weights) && manifest.checksum == checksum(weights);
        return sound ? Optional.of(new CompiledWeights(weights, bits, manifest.tensors)) : Optional.empty();
    }

    private CompiledWeights build(Path home, String source, int bits, List<WeightLayout.Named> matrices, DownloadProgress progress)
            throws IOException {
        Path work = folder.resolve("." + home.getFileName() + ".part");
        FolderTree.delete(work);
        FolderTree.delete(home);
        long needed = WeightWriter.estimate(matrices, bits) + SPARE_DISK_BYTES;
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < needed) {
            throw new IOException("needs " + needed / MB + " MB of free disk, found " + free / MB + " MB");
        }
        Files.createDirectory(work);
        WeightWriter writer = new WeightWriter(work.resolve(WEIGHTS), bits);
        try (writer) {
            writer.write(matrices, progress);
        }
        Manifest manifest = new Manifest(BUILDER_VERSION, source, bits, Files.size(work.resolve(WEIGHTS)), writer.checksum(), writer.tensors());
        JSON.writeValue(work.resolve(MANIFEST).toFile(), manifest);
        Files.move(work, home, StandardCopyOption.ATOMIC_MOVE);
        return new CompiledWeights(home.resolve(WEIGHTS), bits, manifest.tensors);
    }

    /** CRC-32C of a file: finds damage, at the speed of memory. */
    static long checksum(Path file) throws IOException {
        CRC32C checksum = new CRC32C();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (long at = 0; at < channel.size(); at += MAPPED_BYTES) {
                ByteBuffer part = channel.map(MapMode.READ_ONLY, at, Math.min(MAPPED_BYTES, channel.size() - at));
                checksum.update(part);
            }
        }
        return checksum.getValue();
    }
}
