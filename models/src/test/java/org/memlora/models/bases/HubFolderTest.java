package org.memlora.models.bases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubFolderTest {
    private final Map<String, String> files = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private String statedChecksum;
    private HttpServer hub;

    @TempDir
    private Path cache;

    /** Weights are elsewhere, as on the real hub: a redirect states their size and checksum. */
    @BeforeEach
    void startHub() throws IOException {
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            asked.add(path);
            String name = path.substring(path.lastIndexOf('/') + 1);
            String content = path.startsWith("/owner/model/resolve/main/") || path.startsWith("/elsewhere/") ? files.get(name) : null;
            if (content == null) {
                exchange.sendResponseHeaders(404, -1);
            } else if (name.endsWith(".safetensors") && !path.startsWith("/elsewhere/")) {
                exchange.getResponseHeaders().add("Location", "/elsewhere/" + name);
                exchange.getResponseHeaders().add("X-Linked-Size", String.valueOf(content.length()));
                exchange.getResponseHeaders().add("X-Linked-Etag", '"' + (statedChecksum == null ? DigestUtils.sha256Hex(content) : statedChecksum) + '"');
                exchange.sendResponseHeaders(302, -1);
            } else {
                byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, bytes.length);
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(bytes);
                }
            }
            exchange.close();
        });
        hub.start();
        files.putAll(Map.of("config.json", "{}", "tokenizer.json", "{}", "preprocessor_config.json", "{}", "model.safetensors", "weights"));
    }

    @AfterEach
    void stopHub() {
        hub.stop(0);
    }

    @Test
    void shouldFetchAFolderOnce() {
        Path folder = resolver().resolve("owner/model");

        assertThat(folder.resolve("model.safetensors")).hasContent("weights");
        assertThat(folder.resolve("preprocessor_config.json")).hasContent("{}");
        assertThat(folder.resolve("chat_template.jinja")).doesNotExist();
        int requests = asked.size();
        assertThat(resolver().resolve("owner/model")).isEqualTo(folder);
        assertThat(asked).hasSize(requests);
    }

    @Test
    void shouldFetchAgainWhatWasCutOrDeletedAfterwards() throws IOException {
        Path folder = resolver().resolve("owner/model");
        Files.writeString(folder.resolve("model.safetensors"), "wei");
        Files.delete(folder.resolve("tokenizer.json"));
        asked.clear();

        resolver().resolve("owner/model");

        assertThat(folder.resolve("model.safetensors")).hasContent("weights");
        assertThat(folder.resolve("tokenizer.json")).hasContent("{}");
        assertThat(asked).as("what is whole stays").doesNotContain("/owner/model/resolve/main/config.json");
    }

    @Test
    void shouldTrustAFolderThatAnEarlierReleaseFetched() throws IOException {
        Path folder = resolver().resolve("owner/model");
        Files.writeString(folder.resolve(".complete"), "");
        asked.clear();

        assertThat(resolver().resolve("owner/model")).isEqualTo(folder);
        assertThat(asked).isEmpty();
    }

    @Test
    void shouldFetchAllShardsOfAnIndex() {
        files.remove("model.safetensors");
        files.put("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"part-1.safetensors\", \"b\": \"part-2.safetensors\", \"c\": \"part-1.safetensors\"}}");
        files.put("part-1.safetensors", "one");
        files.put("part-2.safetensors", "two");

        Path folder = resolver().resolve("owner/model");

        assertThat(folder.resolve("part-1.safetensors")).hasContent("one");
        assertThat(folder.resolve("part-2.safetensors")).hasContent("two");
    }

    @Test
    void shouldRefuseShardsOutsideTheFolder() {
        files.remove("model.safetensors");
        files.put("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../../evil.safetensors\"}}");

        assertThatThrownBy(() -> resolver().resolve("owner/model")).isInstanceOf(BaseUnavailableException.class)
                .hasMessageContaining("../../evil.safetensors");
    }

    @Test
    void shouldRefuseWeightsWithAnotherChecksumAndKeepNothing() {
        statedChecksum = "0".repeat(64);

        assertThatThrownBy(() -> resolver().resolve("owner/model")).isInstanceOf(BaseUnavailableException.class)
                .hasMessageContaining("SHA-256").hasMessageContaining(statedChecksum).hasMessageNotContaining("\n");
        assertThat(cache.resolve("hub/owner--model--main/model.safetensors")).doesNotExist();
        statedChecksum = null;
        assertThat(resolver().resolve("owner/model").resolve("model.safetensors")).hasContent("weights");
    }

    @Test
    void shouldSayWhatTheHubLacks() {
        assertThatThrownBy(() -> resolver().resolve("owner/other")).isInstanceOf(BaseUnavailableException.class)
                .hasMessageContainingAll("owner/other", "there is no", "config.json", "give the path of a folder");
        assertThatThrownBy(() -> resolver().resolve("owner/model.gguf")).isInstanceOf(BaseUnavailableException.class)
                .hasMessageContaining("neither a known base nor a readable file");
    }

    private BaseResolver resolver() {
        URI endpoint = URI.create("http://127.0.0.1:" + hub.getAddress().getPort());
        DownloadProgress progress = DownloadProgress.none();
        return new BaseResolver(cache, List.of(), progress, Optional.of(new HubFolder(endpoint, cache, progress)));
    }
}
