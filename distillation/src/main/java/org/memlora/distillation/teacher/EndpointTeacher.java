package org.memlora.distillation.teacher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.memlora.models.GenerationRequest;

/**
 * A model behind an OpenAI-compatible endpoint (POST {url}/chat/completions). Waits between requests as the rate limit asks;
 * tries again after 429, 5xx, timeouts and broken connections, with growing pauses or as Retry-After says.
 */
public final class EndpointTeacher implements TeacherClient {

    /**
     * @param url up to and including the version, e.g. https://api.example.org/v1
     * @param key sent as a bearer token; empty = none
     * @param requestsPerMinute 0 = no limit
     * @param retries after the first try
     * @param extraTokens for thinking, on top of what the stage allows for its answer
     */
    public record Settings(URI url, Optional<String> key, String model, int requestsPerMinute, int retries, Duration firstPause,
            Duration timeout, int extraTokens) {
        public Settings {
            if (url.getScheme() == null || !url.getScheme().matches("https?") || url.getHost() == null) {
                throw new IllegalArgumentException("The teacher's URL is \"" + url + "\", expected one like https://api.example.org/v1.");
            }
            if (requestsPerMinute < 0 || retries < 0 || extraTokens < 0) {
                throw new IllegalArgumentException("requests per minute, retries and extra tokens are " + requestsPerMinute + ", " + retries + " and "
                        + extraTokens + ", expected 0 or more.");
            }
        }

        /** Six tries with doubling pauses from 2 s on: they outlast a restart of the endpoint. */
        public static Settings of(URI url, Optional<String> key, String model, int requestsPerMinute, int extraTokens) {
            return new Settings(url, key, model, requestsPerMinute, 5, Duration.ofSeconds(2), Duration.ofMinutes(5), extraTokens);
        }
    }

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(2);
    private static final int SHOWN = 300;
    private static final String TOKEN_LIMIT = "length";
    /** Values of finish_reason where the answer's end is missing. */
    private static final Set<String> CUT_OFF = Set.of(TOKEN_LIMIT, "content_filter");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Settings settings;
    private final HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(30)).build();
    private long nextAllowed = System.nanoTime();

    public EndpointTeacher(Settings settings) {
        this.settings = settings;
    }

    @Override
    public String model() {
        return settings.model;
    }

    @Override
    public TeacherAnswer answer(GenerationRequest request) {
        HttpRequest http = http(request);
        String last = "";
        for (int attempt = 0; attempt <= settings.retries; attempt++) {
            awaitTurn();
            Optional<Duration> retryAfter = Optional.empty();
            try {
                HttpResponse<String> response = client.send(http, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() == 200) {
                    return answer(response.body());
                }
                last = "status " + response.statusCode() + ": " + shown(response.body());
                if (response.statusCode() != 429 && response.statusCode() < 500) {
                    throw new TeacherException("The teacher at " + settings.url + " refused the request (" + last
                            + "): check URL, key and model name \"" + settings.model + "\".", null);
                }
                retryAfter = retryAfter(response);
            } catch (IOException e) {
                last = e.getClass().getSimpleName() + (e.getMessage() == null ? "" : " " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TeacherException("Interrupted while waiting for the teacher.", e);
            }
            if (attempt < settings.retries) {
                pause(retryAfter.orElse(settings.firstPause.multipliedBy(1L << Math.min(attempt, 10))));
            }
        }
        throw new TeacherException("The teacher at " + settings.url + " gave no answer in " + (settings.retries + 1) + " tries (last: " + last
                + "): start again later, what was recorded is kept.", null);
    }

    private HttpRequest http(GenerationRequest request) {
        ObjectNode body = JSON.createObjectNode().put("model", settings.model).put("temperature", request.options().temperature())
                .put("max_tokens", request.options().maxTokens() + settings.extraTokens).put("seed", request.options().seed());
        ArrayNode messages = body.putArray("messages");
        request.prompt().forEach(message -> messages.addObject().put("role", message.role().name().toLowerCase(Locale.ROOT))
                .put("content", message.content()));
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(settings.url.toString().replaceAll("/+$", "") + "/chat/completions"))
                .timeout(settings.timeout).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString(), StandardCharsets.UTF_8));
        settings.key.ifPresent(key -> builder.header("Authorization", "Bearer " + key));
        return builder.build();
    }

    private TeacherAnswer answer(String body) {
        try {
            JsonNode choice = JSON.readTree(body).path("choices").path(0);
            JsonNode content = choice.path("message").path("content");
            String finish = choice.path("finish_reason").asText();
            // Thinking that took all tokens left no content.
            boolean onlyThought = finish.equals(TOKEN_LIMIT) && (content.isNull() || content.isMissingNode());
            if (content.isTextual() || onlyThought) {
                return new TeacherAnswer(content.asText(""), CUT_OFF.contains(finish));
            }
        } catch (JsonProcessingException e) {
            throw new TeacherException("The teacher at " + settings.url + " answered no JSON (" + shown(body)
                    + "): check that the URL is the one of an OpenAI-compatible endpoint.", e);
        }
        throw new TeacherException("The teacher at " + settings.url + " answered without choices[0].message.content (" + shown(body)
                + "): check that it is an OpenAI-compatible endpoint.", null);
    }

    private static Optional<Duration> retryAfter(HttpResponse<String> response) {
        return response.headers().firstValue("Retry-After").filter(value -> value.matches("\\d{1,5}")).map(value -> Duration.ofSeconds(Long.parseLong(value)));
    }

    private void awaitTurn() {
        if (settings.requestsPerMinute > 0) {
            long wait = nextAllowed - System.nanoTime();
            if (wait > 0) {
                pause(Duration.ofNanos(wait));
            }
            nextAllowed = Math.max(nextAllowed, System.nanoTime()) + Duration.ofMinutes(1).toNanos() / settings.requestsPerMinute;
        }
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep((duration.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : duration).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TeacherException("Interrupted while waiting for the teacher.", e);
        }
    }

    private static String shown(String body) {
        String line = body.replaceAll("\\s+", " ").strip();
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "...";
    }

    @Override
    public void close() { }
}
