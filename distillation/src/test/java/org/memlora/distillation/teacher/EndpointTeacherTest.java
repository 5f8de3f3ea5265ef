package org.memlora.distillation.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.memlora.models.ChatMessage;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;

class EndpointTeacherTest {
    private static final GenerationRequest REQUEST = new GenerationRequest(List.of(ChatMessage.system("Be brief."), ChatMessage.user("Zürich?")),
            GenerationRequest.BASE, Optional.empty(), GenerationOptions.greedy(48));
    private static final String ANSWER = "{\"choices\": [{\"message\": {\"role\": \"assistant\", \"content\": \"a town\"}}]}";

    private record Reply(int status, String body, String retryAfter) { }

    private final Deque<Reply> replies = new ArrayDeque<>();
    private final List<JsonNode> asked = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/chat/completions", this::handle);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        asked.add(new ObjectMapper().readTree(exchange.getRequestBody()));
        keys.add(exchange.getRequestHeaders().getFirst("Authorization"));
        Reply reply = replies.isEmpty() ? new Reply(200, ANSWER, null) : replies.pop();
        if (reply.retryAfter != null) {
            exchange.getResponseHeaders().add("Retry-After", reply.retryAfter);
        }
        byte[] body = reply.body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(reply.status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private EndpointTeacher teacher(int perMinute, int retries) {
        URI url = URI.create("http://localhost:" + server.getAddress().getPort() + "/v1/");
        return new EndpointTeacher(new EndpointTeacher.Settings(url, Optional.of("secret"), "big", perMinute, retries, Duration.ofMillis(5), Duration.ofSeconds(5), 100));
    }

    @Test
    void sendsTheMessagesAndReadsTheAnswer() {
        assertThat(teacher(0, 0).answer(REQUEST)).isEqualTo(new TeacherAnswer("a town", false));
        JsonNode body = asked.get(0);
        assertThat(body.get("model").asText()).isEqualTo("big");
        assertThat(body.get("max_tokens").asInt()).isEqualTo(148);
        assertThat(body.get("messages")).hasSize(2);
        assertThat(body.at("/messages/0/role").asText()).isEqualTo("system");
        assertThat(body.at("/messages/1/content").asText()).isEqualTo("Zürich?");
        assertThat(keys).containsExactly("Bearer secret");
    }

    @Test
    void tellsAnAnswerThatEndedAtItsTokenLimitFromAWholeOne() {
        replies.add(new Reply(200, ANSWER.replace("\"message\"", "\"finish_reason\": \"stop\", \"message\""), null));
        assertThat(teacher(0, 0).answer(REQUEST)).isEqualTo(new TeacherAnswer("a town", false));
        replies.add(new Reply(200, ANSWER.replace("\"message\"", "\"finish_reason\": \"length\", \"message\""), null));
        assertThat(teacher(0, 0).answer(REQUEST)).isEqualTo(new TeacherAnswer("a town", true));
        replies.add(new Reply(200, "{\"choices\": [{\"finish_reason\": \"length\", \"message\": {\"content\": null}}]}", null));
        assertThat(teacher(0, 0).answer(REQUEST)).as("nothing but thinking").isEqualTo(new TeacherAnswer("", true));
        replies.add(new Reply(200, "{\"choices\": [{\"finish_reason\": \"length\", \"message\": {\"role\": \"assistant\"}}]}", null));
        assertThat(teacher(0, 0).answer(REQUEST)).as("the same without a content").isEqualTo(new TeacherAnswer("", true));
        replies.add(new Reply(200, "{\"choices\": [{\"finish_reason\": \"content_filter\", \"message\": {\"content\": null}}]}", null));
        assertThatThrownBy(() -> teacher(0, 0).answer(REQUEST)).as("filtered away, which more tokens don't mend").hasMessageContaining("content_filter");
        assertThat(EndpointTeacher.Settings.of(URI.create("http://localhost:1/v1"), Optional.empty(), "m", 0, 512).extraTokens()).isEqualTo(512);
    }

    @Test
    void triesAgainAfterOverloadAndServerErrors() {
        replies.add(new Reply(429, "{}", "0"));
        replies.add(new Reply(503, "busy", null));
        assertThat(teacher(0, 2).answer(REQUEST).text()).isEqualTo("a town");
        assertThat(asked).hasSize(3);
    }

    @Test
    void givesUpWithOneSentence() {
        for (int i = 0; i < 3; i++) {
            replies.add(new Reply(500, "out of\nmemory", null));
        }
        assertThatThrownBy(() -> teacher(0, 2).answer(REQUEST)).isInstanceOf(TeacherException.class)
                .hasMessageContaining("no answer in 3 tries").hasMessageContaining("status 500: out of memory").hasMessageContaining("is kept");
        assertThat(asked).hasSize(3);
    }

    @Test
    void aRefusalIsNotRepeated() {
        replies.add(new Reply(401, "{\"error\": \"bad key\"}", null));
        assertThatThrownBy(() -> teacher(0, 5).answer(REQUEST)).hasMessageContaining("status 401").hasMessageContaining("check URL, key and model name \"big\"");
        replies.add(new Reply(200, "<html>", null));
        assertThatThrownBy(() -> teacher(0, 5).answer(REQUEST)).hasMessageContaining("answered no JSON (<html>)");
        replies.add(new Reply(200, "{\"choices\": []}", null));
        assertThatThrownBy(() -> teacher(0, 5).answer(REQUEST)).hasMessageContaining("without choices[0].message.content");
        assertThat(asked).hasSize(3);
        server.stop(0);
        assertThatThrownBy(() -> teacher(0, 1).answer(REQUEST)).hasMessageContaining("no answer in 2 tries");
    }

    @Test
    void keepsTheRateLimit() {
        EndpointTeacher teacher = teacher(300, 0);
        long start = System.nanoTime();
        for (int i = 0; i < 4; i++) {
            teacher.answer(REQUEST);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).as("three pauses of 200 ms").isGreaterThanOrEqualTo(Duration.ofMillis(590));
        assertThatThrownBy(() -> EndpointTeacher.Settings.of(URI.create("nowhere"), Optional.empty(), "m", 0, 0)).hasMessageContaining("The teacher's URL is \"nowhere\"");
    }
}
