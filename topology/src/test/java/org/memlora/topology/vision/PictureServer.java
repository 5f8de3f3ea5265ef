package org.memlora.topology.vision;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP server of this host that answers as a test says. */
public final class PictureServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    /** How a path is answered. */
    public interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    public PictureServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.start();
    }

    public PictureServer on(String path, Handler handler) {
        server.createContext(path, exchange -> {
            requests.add(exchange.getRequestURI().getPath());
            try (exchange) {
                handler.handle(exchange);
            }
        });
        return this;
    }

    public PictureServer file(String path, byte[] file) {
        return on(path, exchange -> {
            exchange.sendResponseHeaders(200, file.length == 0 ? -1 : file.length);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(file);
            }
        });
    }

    public PictureServer redirect(String path, String location) {
        return on(path, exchange -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(302, -1);
        });
    }

    public void forget(String path) {
        server.removeContext(path);
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String uri(String path) {
        return "http://127.0.0.1:" + port() + path;
    }

    /** Paths asked for so far. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
