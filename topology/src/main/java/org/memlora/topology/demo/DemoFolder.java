package org.memlora.topology.demo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.commons.codec.digest.DigestUtils;

/** Where a demo keeps its topics and stores: one demo at a time, always with the same dialogue. Threading: one thread. */
public final class DemoFolder implements AutoCloseable {

    private static final String DIALOGUE = "dialogue.sha256";
    private static final String SENT = "dialogue-sent";

    private final Path path;
    private final FileChannel lock;
    private final boolean isResumed;

    private DemoFolder(Path path, FileChannel lock, boolean isResumed) {
        this.path = path;
        this.lock = lock;
        this.isResumed = isResumed;
    }

    /** @throws IllegalArgumentException with one sentence, if the folder can't be used for this dialogue; it is left as it was then */
    public static DemoFolder open(Path path, Dialogue dialogue) {
        if (Files.exists(path.resolve("kafka"))) {
            throw new IllegalArgumentException("The folder " + path + " is one of ./memlora broker, expected a new one or one of a demo; give another --data-dir.");
        }
        FileChannel lock = null;
        try {
            Files.createDirectories(path);
            lock = FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(lock)) {
                throw new IllegalArgumentException("Another demo uses the folder " + path + "; wait for its end, or give another --data-dir.");
            }
            String digest = digest(dialogue);
            Path file = path.resolve(DIALOGUE);
            boolean isResumed = Files.exists(file);
            if (isResumed && !Files.readString(file).strip().equals(digest)) {
                throw new IllegalArgumentException("The folder " + path + " holds a demo of another dialogue, or of other --turns or --questions;"
                        + " give the same ones, or another --data-dir.");
            }
            Files.writeString(file, digest + "\n");
            return new DemoFolder(path, lock, isResumed);
        } catch (IOException e) {
            closeQuietly(lock, e);
            throw new IllegalArgumentException("The folder " + path + " can't be used (" + e + "); give another --data-dir.", e);
        } catch (IllegalArgumentException e) {
            closeQuietly(lock, e);
            throw e;
        }
    }

    private static boolean isLocked(FileChannel lock) throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String digest(Dialogue dialogue) {
        MessageDigest sha = DigestUtils.getSha256Digest();
        dialogue.events().forEach(scripted -> DigestUtils.updateDigest(sha, scripted.event().toString()));
        return HexFormat.of().formatHex(sha.digest());
    }

    private static void closeQuietly(FileChannel lock, Exception because) {
        try {
            if (lock != null) {
                lock.close();
            }
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }

    Path path() {
        return path;
    }

    /** A demo was here before. */
    boolean isResumed() {
        return isResumed;
    }

    /** All events are on the topic. */
    boolean isSent() {
        return Files.exists(path.resolve(SENT));
    }

    void sent() throws IOException {
        Files.writeString(path.resolve(SENT), "");
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
