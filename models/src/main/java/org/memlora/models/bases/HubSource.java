package org.memlora.models.bases;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A Hugging Face hub, over HTTP(S). */
public final class HubSource implements BaseSource {

    private static final int CONNECT_TIMEOUT_MS = 4_000;
    private static final int READ_TIMEOUT_MS = 20_000;
    private static final int BUFFER_BYTES = 1 << 18;

    private final URI endpoint;

    /** @param endpoint root of the hub, e.g. https://huggingface.co */
    public HubSource(URI endpoint) {
        this.endpoint = endpoint;
    }

    @Override
    public String describe() {
        return "the hub at " + endpoint.getHost();
    }

    @Override
    public long diskBytes(BaseModel base) {
        return base.bytes();
    }

    @Override
    public void fetch(BaseModel base, Path target, DownloadProgress progress) throws IOException, InterruptedException {
        URI uri = URI.create(endpoint + "/" + base.hubRepository() + "/resolve/main/" + base.hubFile());
        progress.step("asking the hub for " + base.name(), 0, base.bytes());
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(CONNECT_TIMEOUT_MS);
        connection.setReadTimeout(READ_TIMEOUT_MS);
        try {
            int status = connection.getResponseCode();
            if (status != HttpURLConnection.HTTP_OK) {
                throw new IOException("HTTP status " + status + " for " + uri);
            }
            long announced = connection.getContentLengthLong();
            if (announced >= 0 && announced != base.bytes()) {
                throw new IOException("a file of " + announced + " bytes instead of " + base.bytes());
            }
            copy(connection, base, target, progress);
        } catch (UnknownHostException e) {
            throw new IOException("unknown host " + e.getMessage(), e);
        } finally {
            connection.disconnect();
        }
    }

    private static void copy(HttpURLConnection connection, BaseModel base, Path target, DownloadProgress progress)
            throws IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long done = 0;
        try (InputStream in = connection.getInputStream(); OutputStream out = Files.newOutputStream(target)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                done += read;
                if (done > base.bytes()) {
                    throw new IOException("more than the expected " + base.bytes() + " bytes");
                }
                out.write(buffer, 0, read);
                progress.step("downloading " + base.name(), done, base.bytes());
            }
        }
    }
}
