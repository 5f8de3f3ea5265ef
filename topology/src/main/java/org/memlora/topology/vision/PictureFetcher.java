package org.memlora.topology.vision;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.util.Timeout;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Fetches pictures over HTTP with bounded time, bytes and redirects, and, unless that is allowed, never from this host or its networks: a connection is
 * made to just those addresses that were checked, for each redirect anew, so that a name that changes its address in between gains nothing.
 * Threading: may be called by all threads.
 */
final class PictureFetcher {

    /** A fetch that was given up may hold its thread until the system's resolver lets go. */
    private static final int MOST_THREADS = 64;
    private static final Duration IDLE_THREAD = Duration.ofSeconds(10);
    private static final String USER_AGENT = "memlora";
    private static final String ACCEPT = "image/jpeg, image/png, image/webp";
    private static final int OK = 200;
    /** Else a server could fill the heap with headers. */
    private static final Http1Config HEADERS = Http1Config.custom().setMaxHeaderCount(100).setMaxLineLength(16 * 1024).build();

    private final int maxBytes;
    private final int redirects;
    private final Duration timeout;
    private final boolean allowFiles;
    private final CloseableHttpClient client;
    /** What finds no thread waits for one, until its time is over. */
    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(MOST_THREADS, MOST_THREADS, IDLE_THREAD.toSeconds(), TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), PictureFetcher::thread);

    /** What came of a fetch: the file, or why there is none. */
    record Fetched(byte[] file, PictureRefusedException refusal) { }

    PictureFetcher(PictureSettings settings) {
        this(settings, SystemDefaultDnsResolver.INSTANCE::resolve, address -> settings.allowLocal() || PublicAddresses.contains(address));
    }

    /** Names to addresses. */
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    /** @param allowed addresses that may be connected to */
    PictureFetcher(PictureSettings settings, Resolver resolver, Predicate<InetAddress> allowed) {
        threads.allowCoreThreadTimeOut(true);
        maxBytes = settings.fetchMaxBytes();
        redirects = settings.redirects();
        timeout = settings.fetchTimeout();
        allowFiles = settings.allowLocal();
        Timeout limit = Timeout.of(timeout);
        client = HttpClients.custom()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create().setDnsResolver(checked(resolver, allowed))
                        .setConnectionFactory(ManagedHttpClientConnectionFactory.builder().http1Config(HEADERS).build())
                        .setMaxConnTotal(MOST_THREADS).setMaxConnPerRoute(MOST_THREADS)
                        .setDefaultConnectionConfig(ConnectionConfig.custom().setConnectTimeout(limit).setSocketTimeout(limit).build()).build())
                .setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(limit).setConnectionRequestTimeout(limit).build())
                .setConnectionReuseStrategy((request, response, context) -> false)   // nothing is left open that someone had to close
                .disableRedirectHandling().disableContentCompression().disableCookieManagement().disableAuthCaching().disableAutomaticRetries()
                .setUserAgent(USER_AGENT).build();
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "picture-fetch");
        thread.setDaemon(true);
        return thread;
    }

    /** All addresses of a name must be allowed: who answers for it may add one to reach what only we can. */
    private static DnsResolver checked(Resolver resolver, Predicate<InetAddress> allowed) {
        return new DnsResolver() {
            @Override
            public InetAddress[] resolve(String host) throws UnknownHostException {
                InetAddress[] addresses = resolver.resolve(host);
                for (InetAddress address : addresses) {
                    if (!allowed.test(address)) {
                        throw new RefusedAddressException(host);   // not the address: it would tell what our own resolver knows
                    }
                }
                return addresses;
            }

            @Override
            public String resolveCanonicalHostname(String host) {
                return host;
            }
        };
    }

    /** All at once; what has not come when the time of one fetch is over is given up. Results in order. */
    List<Fetched> fetch(List<String> uris) {
        long deadline = System.nanoTime() + timeout.toNanos();
        List<Download> downloads = uris.stream().map(Download::new).toList();
        downloads.forEach(Download::start);
        List<Fetched> fetched = new ArrayList<>(uris.size());
        try {
            for (Download download : downloads) {
                fetched.add(download.await(deadline));
            }
        } finally {
            for (Download download : downloads) {
                download.result.cancel(false);   // what still waits for a thread
                download.giveUp();
            }
        }
        return fetched;
    }

    private final class Download {
        private final String uri;
        private Future<byte[]> result;
        private volatile HttpGet running;
        private volatile boolean givenUp;

        Download(String uri) {
            this.uri = uri;
        }

        void start() {
            result = threads.submit(this::run);
        }

        Fetched await(long deadline) {
            try {
                return new Fetched(result.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS), null);
            } catch (TimeoutException e) {
                return refused(PictureRefusedException.unreachable(uri, "it took longer than " + timeout.toMillis() + " ms, picture.fetch.timeout.ms"));
            } catch (ExecutionException e) {
                return refused(e.getCause() instanceof PictureRefusedException refusal ? refusal
                        : PictureRefusedException.unreachable(uri, String.valueOf(e.getCause())));
            } catch (InterruptedException e) {
                throw new InterruptException("interrupted while pictures were fetched", e);
            }
        }

        private Fetched refused(PictureRefusedException refusal) {
            return new Fetched(null, refusal);
        }

        /** Breaks the connection of a download that is not done. */
        void giveUp() {
            givenUp = true;
            HttpGet request = running;
            if (request != null) {
                request.abort();
            }
        }

        private byte[] run() throws PictureRefusedException {
            URI at = parsed(uri);
            for (int hop = 0; hop <= redirects; hop++) {
                requireScheme(at);
                if (at.getScheme().equalsIgnoreCase("file")) {
                    return read(at);
                }
                try {
                    running = new HttpGet(at);
                    running.setHeader(HttpHeaders.ACCEPT, ACCEPT);
                    if (givenUp) {
                        throw PictureRefusedException.unreachable(uri, "given up");
                    }
                    Object answer = client.execute(running, response -> answer(response));
                    if (answer instanceof byte[] file) {
                        return file;
                    }
                    at = redirected(at, (String) answer);
                } catch (RefusedAddressException e) {
                    throw PictureRefusedException.uri(uri, "points into a local network (" + e.getMessage() + ")",
                            "a public address; send the bytes, or set picture.allow.local");
                } catch (Refused e) {
                    throw e.refusal;
                } catch (IOException | IllegalArgumentException e) {
                    throw PictureRefusedException.unreachable(uri, e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
                }
            }
            throw PictureRefusedException.unreachable(uri, "it redirects more than " + redirects + " times, picture.fetch.redirects");
        }

        /** The file, or where it is instead. */
        private Object answer(ClassicHttpResponse response) throws IOException {
            int status = response.getCode();
            Header location = response.getFirstHeader(HttpHeaders.LOCATION);
            if (status / 100 == 3 && location != null) {
                return location.getValue();
            }
            HttpEntity entity = response.getEntity();
            if (status != OK || entity == null) {
                throw new Refused(PictureRefusedException.unreachable(uri, "status " + status));
            }
            if (entity.getContentLength() > maxBytes) {
                throw new Refused(PictureRefusedException.tooLarge(uri, String.valueOf(entity.getContentLength()), maxBytes));
            }
            return limited(entity.getContent());
        }

        private byte[] limited(InputStream content) throws IOException {
            byte[] file = content.readNBytes(maxBytes + 1);
            if (file.length > maxBytes) {
                giveUp();   // else the client would read what is left
                throw new Refused(PictureRefusedException.tooLarge(uri, "more than " + maxBytes, maxBytes));
            }
            return file;
        }

        private URI redirected(URI from, String location) throws PictureRefusedException {
            URI to = from.resolve(parsed(location));
            if (to.getScheme().equalsIgnoreCase("file")) {
                throw PictureRefusedException.uri(uri, "redirects to a file", "a redirect to http or https; send the bytes");
            }
            return to;
        }

        private URI parsed(String text) throws PictureRefusedException {
            try {
                return new URI(text);
            } catch (URISyntaxException e) {
                throw PictureRefusedException.uri(text, "is none (" + e.getReason() + ")", "http://... or https://...; correct it");
            }
        }

        private void requireScheme(URI at) throws PictureRefusedException {
            String scheme = at.getScheme() == null ? "" : at.getScheme().toLowerCase(Locale.ROOT);
            boolean http = scheme.equals("http") || scheme.equals("https");
            if (scheme.equals("file") && !allowFiles) {
                throw PictureRefusedException.uri(uri, "points into the file system", "http or https; send the bytes, or set picture.allow.local");
            }
            if (!http && !scheme.equals("file")) {
                throw PictureRefusedException.uri(uri, "has the scheme \"" + scheme + '"', "http or https; send the bytes");
            }
            if (http && at.getHost() == null) {
                throw PictureRefusedException.uri(uri, "names no host", "http://host/... or https://host/...; correct it");
            }
        }

        /** A device or a pipe might never end. */
        private byte[] read(URI at) throws PictureRefusedException {
            try {
                Path path = Path.of(at);
                if (!Files.isRegularFile(path)) {
                    throw PictureRefusedException.unreachable(uri, "no file is there");
                }
                try (InputStream content = Files.newInputStream(path)) {
                    return limited(content);
                }
            } catch (Refused e) {
                throw e.refusal;
            } catch (IOException | IllegalArgumentException e) {
                throw PictureRefusedException.unreachable(uri, String.valueOf(e.getMessage()));
            }
        }
    }

    /** Thrown where a connection would have been made. */
    private static final class RefusedAddressException extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        private RefusedAddressException(String message) {
            super(message);
        }
    }

    /** Carries a refusal out of the client's response handler. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient PictureRefusedException refusal;

        private Refused(PictureRefusedException refusal) {
            this.refusal = refusal;
        }
    }
}
