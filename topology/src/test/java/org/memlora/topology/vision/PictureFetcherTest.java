package org.memlora.topology.vision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.topology.vision.PictureFetcher.Fetched;

class PictureFetcherTest {

    private static final byte[] FILE = {1, 2, 3, 4};
    private static final Duration TIMEOUT = Duration.ofSeconds(4);
    private static final int MAX_BYTES = 1_000;
    private static final int REDIRECTS = 2;
    private static final PictureFetcher.Resolver REAL = InetAddress::getAllByName;

    private final PictureServer server = new PictureServer();

    @AfterEach
    void close() {
        server.close();
    }

    private static PictureSettings settings(boolean allowLocal) {
        return new PictureSettings(0, Duration.ofDays(1), TIMEOUT, MAX_BYTES, REDIRECTS, allowLocal, 1_000);
    }

    private static PictureFetcher open() {
        return new PictureFetcher(settings(true));
    }

    private static Fetched one(PictureFetcher fetcher, String uri) {
        return fetcher.fetch(List.of(uri)).get(0);
    }

    private static void assertRefused(Fetched fetched, String reason, String... found) {
        assertThat(fetched.file()).isNull();
        assertThat(fetched.refusal()).hasMessageStartingWith(reason + ": ").hasMessageContaining("expected").hasMessageContainingAll(found);
    }

    @Test
    void shouldFetchSideBySideInOrder() {
        server.file("/a", FILE).file("/b", new byte[] {9});

        List<Fetched> fetched = open().fetch(List.of(server.uri("/b"), server.uri("/a")));

        assertThat(fetched).extracting(Fetched::file).containsExactly(new byte[] {9}, FILE);
        assertThat(fetched).extracting(Fetched::refusal).containsOnlyNulls();
    }

    @Test
    void shouldFollowAFewRedirects() {
        server.redirect("/one", "/two").redirect("/two", server.uri("/a")).file("/a", FILE);

        assertThat(one(open(), server.uri("/one")).file()).isEqualTo(FILE);
        assertThat(server.requests()).containsExactly("/one", "/two", "/a");
    }

    @Test
    void shouldNotFollowManyRedirects() {
        server.redirect("/loop", "/loop");

        assertRefused(one(open(), server.uri("/loop")), "PICTURE_UNREACHABLE", "more than 2 times");
        assertThat(server.requests()).hasSize(REDIRECTS + 1);
    }

    @Test
    void shouldRefuseWhatIsTooLarge() {
        server.file("/told", new byte[MAX_BYTES + 1]).file("/fits", new byte[MAX_BYTES]).on("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream body = exchange.getResponseBody();
            while (true) {
                body.write(new byte[4_096]);
            }
        });

        assertThat(one(open(), server.uri("/fits")).file()).hasSize(MAX_BYTES);
        assertRefused(one(open(), server.uri("/told")), "PICTURE_TOO_LARGE", "has 1001 bytes", "at most 1000");
        assertRefused(one(open(), server.uri("/endless")), "PICTURE_TOO_LARGE", "more than 1000"); // read on, it would time out
    }

    @Test
    void shouldNotInflateWhatAServerCompressed() throws IOException {
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
            gzip.write(new byte[200_000]);
        }
        server.on("/bomb", exchange -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.sendResponseHeaders(200, bomb.size());
            exchange.getResponseBody().write(bomb.toByteArray());
        });

        assertThat(one(open(), server.uri("/bomb")).file()).isEqualTo(bomb.toByteArray());
    }

    @Test
    void shouldSayWhatAServerAnswered() {
        server.on("/gone", exchange -> exchange.sendResponseHeaders(410, -1));

        assertRefused(one(open(), server.uri("/gone")), "PICTURE_UNREACHABLE", "status 410");
    }

    @Test
    void shouldSayThatNobodyAnswers() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertRefused(one(open(), "http://127.0.0.1:" + free + "/a"), "PICTURE_UNREACHABLE", "127.0.0.1");
        assertRefused(one(new PictureFetcher(settings(true), host -> {
            throw new java.net.UnknownHostException(host);
        }, address -> true), "http://nowhere.example/a"), "PICTURE_UNREACHABLE", "nowhere.example");
    }

    /** A server that never answers, one that sends a byte now and then, one that never ends its headers, a name that nobody resolves. */
    @Test
    void shouldGiveUpAfterTheTimeWhateverHolds() throws IOException {
        server.on("/silent", exchange -> sleep(20_000)).file("/a", FILE).on("/drip", exchange -> {
            exchange.sendResponseHeaders(200, 500);
            for (int i = 0; i < 500; i++) {
                exchange.getResponseBody().write(1);
                exchange.getResponseBody().flush();
                sleep(100);
            }
        });
        PictureFetcher fetcher = new PictureFetcher(settings(true), host -> {
            if (host.equals("slow.example")) {
                sleep(20_000);
            }
            return REAL.resolve(host);
        }, address -> true);
        try (ServerSocket headers = new ServerSocket(0)) {
            Thread dripping = new Thread(() -> dripHeaders(headers));
            dripping.setDaemon(true);
            dripping.start();
            long start = System.nanoTime();
            List<Fetched> fetched = fetcher.fetch(List.of(server.uri("/silent"), server.uri("/drip"), server.uri("/a"), "http://slow.example/a",
                    "http://127.0.0.1:" + headers.getLocalPort() + "/a"));
            Duration taken = Duration.ofNanos(System.nanoTime() - start);

            for (int late : new int[] {0, 1, 3, 4}) {
                assertRefused(fetched.get(late), "PICTURE_UNREACHABLE", "can't be fetched");
            }
            assertThat(fetched.get(2).file()).isEqualTo(FILE);
            assertThat(taken).as("far from the 20 s that each of them holds").isBetween(TIMEOUT.minusMillis(100), TIMEOUT.multipliedBy(3));
        }
    }

    @Test
    void shouldNotReadEndlessHeaders() throws IOException {
        for (String header : List.of("X: " + "x".repeat(1 << 20) + "\r\n", "X: 1\r\n".repeat(100_000))) {
            try (ServerSocket endless = new ServerSocket(0)) {
                Thread talking = new Thread(() -> {
                    try (var socket = endless.accept()) {
                        socket.getOutputStream().write(("HTTP/1.1 200 OK\r\n" + header).getBytes());
                        sleep(20_000);
                    } catch (IOException e) {
                        // the fetcher hung up, as it shall
                    }
                });
                talking.setDaemon(true);
                talking.start();
                assertRefused(one(open(), "http://127.0.0.1:" + endless.getLocalPort() + "/a"), "PICTURE_UNREACHABLE", "exceeded");
            }
        }
    }

    private static void dripHeaders(ServerSocket server) {
        try (var socket = server.accept()) {
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\n".getBytes());
            for (int i = 0; i < 200; i++) {
                socket.getOutputStream().write(("X-" + i + ": 1\r\n").getBytes());
                socket.getOutputStream().flush();
                sleep(100);
            }
        } catch (IOException e) {
            // the fetcher hung up, as it shall
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:PORT/a", "http://localhost:PORT/a", "http://2130706433:PORT/a", "http://[::1]:PORT/a",
        "http://[::ffff:127.0.0.1]:PORT/a", "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/a"})
    void shouldNotReachIntoLocalNetworks(String uri) {
        server.file("/a", FILE);

        assertRefused(one(new PictureFetcher(settings(false)), uri.replace("PORT", String.valueOf(server.port()))), "PICTURE_URI_REFUSED",
                "local network", "picture.allow.local");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void shouldCheckEveryAddressOfANameAndConnectToWhatItChecked() throws IOException {
        server.file("/a", FILE);
        List<String> asked = new ArrayList<>();
        InetAddress local = InetAddress.getByName("127.0.0.1");
        InetAddress other = InetAddress.getByName("127.0.0.2");
        Predicate<InetAddress> notOther = address -> !address.equals(other);
        // A name whose second answer points elsewhere is asked once for each connection.
        PictureFetcher rebinding = new PictureFetcher(settings(false), host -> {
            asked.add(host);
            return asked.size() == 1 ? new InetAddress[] {local} : new InetAddress[] {other};
        }, notOther);
        PictureFetcher both = new PictureFetcher(settings(false), host -> new InetAddress[] {local, other}, notOther);

        String uri = "http://pictures.example:" + server.port() + "/a";
        assertThat(one(rebinding, uri).file()).isEqualTo(FILE);
        assertThat(asked).containsExactly("pictures.example");
        for (PictureFetcher refusing : List.of(rebinding, both)) {
            Fetched refused = one(refusing, uri);
            assertRefused(refused, "PICTURE_URI_REFUSED", "pictures.example");
            assertThat(refused.refusal().getMessage()).as("what our resolver knows").doesNotContain("127.0.0.2");
        }
    }

    @Test
    void shouldCheckWhereARedirectLeads(@TempDir Path folder) throws IOException {
        Path secret = Files.write(folder.resolve("secret"), FILE);
        InetAddress other = InetAddress.getByName("127.0.0.2");
        server.redirect("/network", "http://127.0.0.2:" + server.port() + "/a").redirect("/file", secret.toUri().toString()).file("/a", FILE);
        PictureFetcher fetcher = new PictureFetcher(settings(true), REAL, address -> !address.equals(other));

        assertRefused(one(fetcher, server.uri("/network")), "PICTURE_URI_REFUSED", "127.0.0.2");
        assertRefused(one(fetcher, server.uri("/file")), "PICTURE_URI_REFUSED", "redirects to a file");
        assertThat(one(fetcher, server.uri("/a")).file()).isEqualTo(FILE);
    }

    @Test
    void shouldReadFilesOnlyWhereThatIsAllowed(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("a.png"), FILE);
        Path large = Files.write(folder.resolve("b.png"), new byte[MAX_BYTES + 1]);

        assertRefused(one(new PictureFetcher(settings(false)), file.toUri().toString()), "PICTURE_URI_REFUSED", "file system");
        assertThat(one(open(), file.toUri().toString()).file()).isEqualTo(FILE);
        assertRefused(one(open(), large.toUri().toString()), "PICTURE_TOO_LARGE", "more than 1000");
        assertRefused(one(open(), folder.toUri().toString()), "PICTURE_UNREACHABLE", "no file");
        assertRefused(one(open(), folder.resolve("none").toUri().toString()), "PICTURE_UNREACHABLE", "no file");
        assertRefused(one(open(), "file:///dev/zero"), "PICTURE_UNREACHABLE", "no file");
    }

    @ParameterizedTest
    @CsvSource({"ftp://example.org/a, scheme \"ftp\"", "data:image/png;base64;AAAA, scheme \"data\"", "about:blank, scheme \"about\"", "a.png, scheme \"\"",
        "http:///a, names no host", "'http://exa mple.org/a', is none", "jar:file:/a!/b, scheme \"jar\""})
    void shouldRefuseOtherUris(String uri, String found) {
        assertRefused(one(open(), uri), "PICTURE_URI_REFUSED", found);
    }
}
