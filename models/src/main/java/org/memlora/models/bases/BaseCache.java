package org.memlora.models.bases;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * The folder of fetched bases. A file's checksum is computed once and remembered with size and time in NAME.gguf.ok.
 */
final class BaseCache {

    private static final int BUFFER_BYTES = 1 << 20;

    private final Path folder;

    BaseCache(Path folder) {
        this.folder = folder;
    }

    Path file(BaseModel base) {
        return folder.resolve(base.fileName());
    }

    /** Whether a file lies there that is the base; an absent file is not. */
    boolean holds(BaseModel base, DownloadProgress progress) throws IOException {
        Path file = file(base);
        if (!Files.isRegularFile(file) || Files.size(file) != base.bytes()) {
            return false;
        }
        if (isRemembered(base)) {
            return true;
        }
        if (!sha256(file, base, progress).equals(base.sha256())) {
            return false;
        }
        remember(base);
        return true;
    }

    boolean hasDamaged(BaseModel base, DownloadProgress progress) throws IOException {
        return Files.exists(file(base)) && !holds(base, progress);
    }

    /** Moves a verified file in. */
    void accept(BaseModel base, Path fetched) throws IOException {
        Files.deleteIfExists(stamp(base));
        Files.move(fetched, file(base), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        remember(base);
    }

    /** An empty folder on the cache's disk; what a killed process left there is gone. Call with the lock held. */
    Path workFolder(BaseModel base) throws IOException {
        Path work = folder.resolve("." + base.name() + ".part");
        FolderTree.delete(work);
        return Files.createDirectory(work);
    }

    /** Excludes other processes that fetch the same base. */
    FileLock lock(BaseModel base, DownloadProgress progress) throws IOException {
        Files.createDirectories(folder);
        FileChannel channel = FileChannel.open(folder.resolve("." + base.name() + ".lock"),
                StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            progress.step("waiting for another process that fetches " + base.name(), 0, base.bytes());
            lock = channel.lock();
        }
        return lock;
    }

    long freeBytes() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    static String sha256(Path file, BaseModel base, DownloadProgress progress) throws IOException {
        MessageDigest digest = DigestUtils.getSha256Digest();
        byte[] buffer = new byte[BUFFER_BYTES];
        long done = 0;
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                done += read;
                progress.step("checking " + base.name(), done, base.bytes());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private boolean isRemembered(BaseModel base) throws IOException {
        Path stamp = stamp(base);
        return Files.isRegularFile(stamp) && Files.readString(stamp).equals(stampText(base));
    }

    private void remember(BaseModel base) throws IOException {
        if (Files.isWritable(folder)) {
            Files.writeString(stamp(base), stampText(base));
        }
    }

    private Path stamp(BaseModel base) {
        return folder.resolve(base.fileName() + ".ok");
    }

    private String stampText(BaseModel base) throws IOException {
        Path file = file(base);
        return Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis() + " " + base.sha256() + "\n";
    }
}
