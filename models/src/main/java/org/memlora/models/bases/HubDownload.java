package org.memlora.models.bases;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.commons.codec.digest.DigestUtils;

/** One file of the hub, which appears under its name only when it is whole. Large ones come with a redirect, whose headers state size and SHA-256. */
final class HubDownload {
    private static final int CONNECT_TIMEOUT_MS = 4_000;
    private static final int READ_TIMEOUT_MS = 20_000;
    private static final int MOST_REDIRECTS = 5;
    private static final int BUFFER_BYTES = 1 << 18;

    private final URI source;
    private final Path target;
    private final DownloadProgress progress;
    private long bytes = -1;
    private String sha256;

    HubDownload(URI source, Path target, DownloadProgress progress) {
        this.source = source;
        this.target = target;
        this.progress = progress;
    }

    /** @return false if the hub has no such file */
    boolean run() throws IOException, InterruptedException {
        URI at = source;
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpURLConnection connection = (HttpURLConnection) at.toURL().openConnection();
            connection.setConnectTimeout(CONNECT_TIMEOUT_MS);
            connection.setReadTimeout(READ_TIMEOUT_MS);
            connection.setInstanceFollowRedirects(false);   // they lead to other hosts, and their own headers matter
            try {
                int status = connection.getResponseCode();
                note(connection);
                if (status == HttpURLConnection.HTTP_NOT_FOUND) {
                    return false;
                }
                if (status == HttpURLConnection.HTTP_OK) {
                    receive(connection);
                    return true;
                }
                String location = connection.getHeaderField("Location");
                if (status / 100 != 3 || location == null) {
                    throw new IOException("HTTP status " + status + " for " + source);
                }
                at = at.resolve(location);
                if (!at.getScheme().equals(source.getScheme())) {
                    throw new IOException(source + " leads to " + at.getScheme() + "://" + at.getHost() + ", expected " + source.getScheme());
                }
            } catch (UnknownHostException e) {
                throw new IOException("unknown host " + e.getMessage(), e);
            } finally {
                connection.disconnect();
            }
        }
        throw new IOException(source + " leads from one address to the next more than " + MOST_REDIRECTS + " times");
    }

    private void note(HttpURLConnection connection) {
        String size = connection.getHeaderField("X-Linked-Size");
        if (size != null && size.matches("\\d{1,18}")) {
            bytes = Long.parseLong(size);
        }
        String tag = connection.getHeaderField("X-Linked-Etag");
        if (tag != null && tag.matches("\"?[0-9a-f]{64}\"?")) {
            sha256 = tag.replace("\"", "");
        }
    }

    private void receive(HttpURLConnection connection) throws IOException, InterruptedException {
        long expected = bytes >= 0 ? bytes : connection.getContentLengthLong();
        Path part = target.resolveSibling(target.getFileName() + ".part");
        MessageDigest digest = DigestUtils.getSha256Digest();
        long done = 0;
        byte[] buffer = new byte[BUFFER_BYTES];
        try (InputStream in = connection.getInputStream(); OutputStream out = new DigestOutputStream(Files.newOutputStream(part), digest)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                out.write(buffer, 0, read);
                done += read;
                progress.step("downloading " + target.getFileName(), done, Math.max(done, expected));
            }
        }
        if (expected >= 0 && done != expected) {
            throw new IOException(source + " gave " + done + " bytes instead of " + expected);
        }
        String found = HexFormat.of().formatHex(digest.digest());
        if (sha256 != null && !sha256.equals(found)) {
            throw new IOException(source + " has SHA-256 " + found + " instead of " + sha256);
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
