package org.memlora.evaluation.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.memlora.evaluation.judge.JudgeServer.Reply.says;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.memlora.evaluation.judge.JudgeServer.Reply;

/** Against an endpoint on this machine. */
class ChatJudgeTest {

    private final Deque<Reply> replies = new ArrayDeque<>();
    private final List<JsonNode> requests = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private JudgeServer server;

    @BeforeEach
    void start() throws IOException {
        server = new JudgeServer(exchange -> {
            requests.add(new ObjectMapper().readTree(exchange.getRequestBody()));
            keys.add(exchange.getRequestHeaders().getFirst("Authorization"));
            return replies.size() > 1 ? replies.poll() : replies.peek();
        });
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ChatJudge judge() {
        return new ChatJudge(server.settings(Optional.of("secret")), Duration.ofMillis(1));
    }

    @Test
    void sendsQuestionGoldAndAnswerAndReadsTheVerdict() throws Exception {
        replies.add(says("{\"label\": \"CORRECT\"}"));
        replies.add(says("WRONG, since it names another day"));

        assertThat(judge().isCorrect("When?", "7 May", "May 7")).isTrue();
        assertThat(judge().isCorrect("When?", "7 May", "8 May")).isFalse();
        JsonNode request = requests.get(0);
        assertThat(request.get("model").asText()).isEqualTo("grader");
        assertThat(request.get("temperature").asInt()).isZero();
        assertThat(request.get("messages").get(1).get("content").asText()).contains("When?", "7 May", "May 7");
        assertThat(keys).containsOnly("Bearer secret");
    }

    @Test
    void takesIncorrectForWrongAndTheLabelBeforeAllElse() throws Exception {
        replies.add(says("{\"label\": \"INCORRECT\"}"));
        replies.add(says("Not CORRECT in the day: {\"label\": \"WRONG\"}"));
        replies.add(says("That is INCORRECT."));

        for (int i = 0; i < 3; i++) {
            assertThat(judge().isCorrect("When?", "7 May", "8 May")).isFalse();
        }
        assertThat(requests).as("each reply is a verdict").hasSize(3);
    }

    @Test
    void triesAgainWhenBusyOrUndecided() throws Exception {
        replies.add(new Reply(429, "busy"));
        replies.add(says("CORRECT or WRONG, I can't say"));
        replies.add(says("CORRECT"));

        assertThat(judge().isCorrect("Who?", "Ann", "Ann")).isTrue();
        assertThat(requests).hasSize(3);
    }

    @Test
    void aCheckIsOneCallWhateverTheVerdict() throws Exception {
        replies.add(says("WRONG"));
        judge().check();
        assertThat(requests).hasSize(1);

        replies.add(new Reply(401, "no"));
        replies.remove();
        assertThatThrownBy(() -> judge().check()).hasMessageContaining("status 401");
    }

    @Test
    void saysWhyItCannotBeUsed() {
        replies.add(new Reply(401, "no"));
        assertThatThrownBy(() -> judge().isCorrect("Who?", "Ann", "Ann")).isInstanceOf(IOException.class).hasMessageContaining("status 401");
        assertThat(requests).as("a refused key is not tried again").hasSize(1);

        replies.clear();
        replies.add(new Reply(503, "down"));
        assertThatThrownBy(() -> judge().isCorrect("Who?", "Ann", "Ann")).hasMessageContaining("status 503");
        assertThat(requests).hasSize(1 + 4);
    }
}
