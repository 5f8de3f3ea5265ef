package org.memlora.evaluation.judge;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** A judge's endpoint on this machine. */
public final class JudgeServer implements AutoCloseable {
    private final HttpServer server;

    public record Reply(int status, String body) {
        public static Reply says(String content) {
            return new Reply(200, "{\"choices\": [{\"message\": {\"content\": \"" + content.replace("\"", "\\\"") + "\"}}]}");
        }
    }

    public interface Replies {
        Reply to(HttpExchange exchange) throws IOException;
    }

    public JudgeServer(Replies replies) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/chat/completions", exchange -> {
            Reply reply = replies.to(exchange);
            byte[] body = reply.body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    public ChatJudge.Settings settings(Optional<String> key) {
        return new ChatJudge.Settings(URI.create("http://localhost:" + server.getAddress().getPort() + "/v1"), "grader", key);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
