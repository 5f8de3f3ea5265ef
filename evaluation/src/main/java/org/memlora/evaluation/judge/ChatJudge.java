package org.memlora.evaluation.judge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** J: the judge's word on each answer, at temperature 0. Threading: one thread. */
public final class ChatJudge {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int TRIES = 4;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;
    private static final Pattern LABEL = Pattern.compile("\"label\"\\s*:\\s*\"(CORRECT|INCORRECT|WRONG)\"");
    private static final Pattern VERDICT = Pattern.compile("\\b(CORRECT|INCORRECT|WRONG)\\b");
    private static final String INSTRUCTION = """
            You grade answers to questions about a long conversation. You get the question, the gold answer and the answer to grade. The answer is \
            CORRECT if it states the same as the gold answer, also in other words, with more detail or with a date in another form. It is WRONG if \
            it contradicts the gold answer, leaves out the part that was asked for, or says that nothing is known. Reply with JSON only: \
            {"label": "CORRECT"} or {"label": "WRONG"}.""";

    /**
     * @param url up to and without "/chat/completions", e.g. https://example.org/v1
     * @param key sent as bearer token; empty = none
     */
    public record Settings(URI url, String model, Optional<String> key) { }

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final Settings settings;
    private final Duration firstPause;

    public ChatJudge(Settings settings) {
        this(settings, FIRST_PAUSE);
    }

    ChatJudge(Settings settings, Duration firstPause) {
        this.settings = settings;
        this.firstPause = firstPause;
    }

    /** One small call, before hours of work end in it. @throws IOException as {@link #isCorrect} does */
    public void check() throws IOException, InterruptedException {
        isCorrect("How much is one and one?", "Two", "2");
    }

    /** @throws IOException in one sentence, if the judge gives no verdict after {@value #TRIES} tries */
    public boolean isCorrect(String question, String gold, String answer) throws IOException, InterruptedException {
        String body = body("Question: " + question + "\nGold answer: " + gold + "\nAnswer to grade: " + answer);
        String problem = "";
        for (int attempt = 0; attempt < TRIES; attempt++) {
            if (attempt > 0) {
                Thread.sleep(firstPause.toMillis() << (attempt - 1));
            }
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(settings.url + "/chat/completions")).timeout(TIMEOUT)
                    .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
            settings.key.ifPresent(key -> request.header("Authorization", "Bearer " + key));
            try {
                HttpResponse<String> response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 200) {
                    Optional<Boolean> verdict = verdict(response.body());
                    if (verdict.isPresent()) {
                        return verdict.get();
                    }
                    problem = "it gave no verdict";
                } else {
                    problem = "it answered with status " + response.statusCode();
                    if (response.statusCode() != TOO_MANY && response.statusCode() < SERVER_ERROR) {
                        break;
                    }
                }
            } catch (IOException e) {
                problem = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            }
        }
        throw new IOException("The judge " + settings.model + " at " + settings.url + " can't be used: " + problem + ".");
    }

    private String body(String content) {
        ObjectNode body = json.createObjectNode().put("model", settings.model).put("temperature", 0);
        body.putArray("messages").add(json.createObjectNode().put("role", "system").put("content", INSTRUCTION))
                .add(json.createObjectNode().put("role", "user").put("content", content));
        return body.toString();
    }

    /** The reply's label, else the one verdict that it names; empty when it names none or both. */
    private Optional<Boolean> verdict(String response) {
        String content;
        try {
            content = json.readTree(response).path("choices").path(0).path("message").path("content").asText();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
        Set<Boolean> named = verdicts(LABEL, content);
        if (named.isEmpty()) {
            named = verdicts(VERDICT, content);
        }
        return named.size() == 1 ? Optional.of(named.iterator().next()) : Optional.empty();
    }

    /** Whether the answer is said to be correct, by each place that says so. */
    private static Set<Boolean> verdicts(Pattern pattern, String content) {
        return pattern.matcher(content).results().map(found -> found.group(1).equals("CORRECT")).collect(Collectors.toSet());
    }
}
