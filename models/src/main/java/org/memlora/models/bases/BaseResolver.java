package org.memlora.models.bases;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns a base's name or path into a GGUF file or a Hugging Face folder on disk. A name is looked up in the cache,
 * then fetched from the first source whose file has the right checksum. Threading: may be called by all threads and
 * by several processes at once; one of them fetches.
 */
public final class BaseResolver {

    private static final long SPARE_DISK_BYTES = 64L << 20;
    private static final long MB = 1_000_000;
    private static final Object ONE_FETCH = new Object();

    private final BaseCache cache;
    private final Path cacheFolder;
    private final List<BaseSource> sources;
    private final DownloadProgress progress;
    private final Optional<HubFolder> hub;

    public BaseResolver(Path cacheFolder, List<BaseSource> sources, DownloadProgress progress) {
        this(cacheFolder, sources, progress, Optional.empty());
    }

    BaseResolver(Path cacheFolder, List<BaseSource> sources, DownloadProgress progress, Optional<HubFolder> hub) {
        this.hub = hub;
        this.cache = new BaseCache(cacheFolder);
        this.cacheFolder = cacheFolder;
        this.sources = List.copyOf(sources);
        this.progress = progress;
    }

    /**
     * The cache of MEMLORA_CACHE (default ~/.cache/memlora), then the hub (HF_ENDPOINT, default the public one),
     * then pip.
     */
    public static BaseResolver standard(DownloadProgress progress) {
        return standard(System.getenv(), progress);
    }

    /** @throws BaseUnavailableException if a setting makes no sense; an empty one counts as absent */
    static BaseResolver standard(Map<String, String> environment, DownloadProgress progress) {
        String home = Path.of(System.getProperty("user.home"), ".cache", "memlora").toString();
        Path folder = Path.of(setting(environment, "MEMLORA_CACHE", home));
        String hub = setting(environment, "HF_ENDPOINT", "https://huggingface.co");
        if (!hub.matches("https?://[^/\\s]+(/\\S*)?")) {
            throw new BaseUnavailableException("HF_ENDPOINT is \"" + hub + "\", expected an address that starts with"
                    + " https://; correct or unset it.", null);
        }
        return new BaseResolver(folder, List.of(new HubSource(URI.create(hub)), new WheelSource()), progress,
                Optional.of(new HubFolder(URI.create(hub), folder, progress)));
    }

    private static String setting(Map<String, String> environment, String name, String otherwise) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? otherwise : value;
    }

    /**
     * @param nameOrPath a name of {@link BaseCatalog#names()}, a .gguf file, a folder with config.json and
     *     safetensors, or the name of one on the hub (owner/name or owner/name@revision)
     * @throws BaseUnavailableException if there is no such base or no source delivers it
     */
    public Path resolve(String nameOrPath) {
        return BaseCatalog.find(nameOrPath).map(this::resolve).orElseGet(() -> existing(nameOrPath));
    }

    /** The file of {@code base}, fetched if the cache lacks it. */
    public Path resolve(BaseModel base) {
        try {
            return cache.holds(base, progress) ? cache.file(base) : fetch(base);
        } catch (IOException e) {
            throw unavailable(base, "the cache " + cacheFolder + " cannot be used (" + reason(e) + ")", e);
        }
    }

    /** Where fetched bases are kept, and what is made of them. */
    public Path cacheFolder() {
        return cacheFolder;
    }

    /** Whether the cache holds {@code base} intact; fetches nothing. */
    public boolean isCached(BaseModel base) {
        try {
            return cache.holds(base, progress);
        } catch (IOException e) {
            return false;
        }
    }

    private Path existing(String text) {
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException e) {
            throw unknown(text, "is neither a known base nor a path", e);
        }
        if (Files.isDirectory(path)) {
            boolean complete = Files.exists(path.resolve("config.json"))
                    && (Files.exists(path.resolve("model.safetensors"))
                            || Files.exists(path.resolve("model.safetensors.index.json")));
            if (!complete) {
                throw unknown(text, "is a folder without config.json and model.safetensors (or its index)", null);
            }
        } else if (!Files.exists(path) && hub.isPresent() && HubFolder.isName(text)) {
            return hub.get().resolve(text);
        } else if (!Files.isReadable(path)) {
            throw unknown(text, "is neither a known base nor a readable file", null);
        }
        return path;
    }

    private static BaseUnavailableException unknown(String text, String problem, Throwable cause) {
        return new BaseUnavailableException("Base \"" + text + "\" " + problem + "; give one of "
                + String.join(", ", BaseCatalog.names()) + ", a .gguf file, a Hugging Face folder or owner/name of one on the hub.", cause);
    }

    private Path fetch(BaseModel base) throws IOException {
        synchronized (ONE_FETCH) {
            FileLock lock = cache.lock(base, progress);
            try (var channel = lock.acquiredBy()) {
                if (cache.holds(base, progress)) {
                    return cache.file(base);
                }
                if (cache.hasDamaged(base, progress)) {
                    progress.step("the cached " + base.name() + " is damaged, fetching it again", 0, base.bytes());
                }
                return fetchFromSources(base);
            }
        }
    }

    private Path fetchFromSources(BaseModel base) throws IOException {
        List<String> failures = new ArrayList<>();
        Exception last = null;
        for (BaseSource source : sources) {
            try {
                fetchFrom(source, base);
                return cache.file(base);
            } catch (IOException e) {
                failures.add(source.describe() + ": " + reason(e));
                last = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw unavailable(base, "fetching was interrupted", e);
            }
        }
        throw unavailable(base, String.join("; ", failures), last);
    }

    private void fetchFrom(BaseSource source, BaseModel base) throws IOException, InterruptedException {
        Path work = cache.workFolder(base);   // what a killed download left is gone before the disk is measured
        long needed = source.diskBytes(base) + SPARE_DISK_BYTES;
        if (cache.freeBytes() < needed) {
            throw new IOException("needs " + needed / MB + " MB of free disk at " + cacheFolder + ", found "
                    + cache.freeBytes() / MB + " MB");
        }
        try {
            Path fetched = work.resolve(base.fileName());
            source.fetch(base, fetched, progress);
            if (Files.size(fetched) != base.bytes()) {
                throw new IOException("a file of " + Files.size(fetched) + " bytes instead of " + base.bytes());
            }
            String sha256 = BaseCache.sha256(fetched, base, progress);
            if (!sha256.equals(base.sha256())) {
                throw new IOException("SHA-256 " + sha256 + " instead of " + base.sha256());
            }
            cache.accept(base, fetched);
        } finally {
            FolderTree.delete(work);
        }
    }

    private BaseUnavailableException unavailable(BaseModel base, String why, Throwable cause) {
        return new BaseUnavailableException("Base " + base.name() + " could not be had: " + why + "; give the path of a"
                + " GGUF file instead of the name, or put the file with SHA-256 " + base.sha256() + " at "
                + cache.file(base) + ".", cause);
    }

    private static String reason(IOException e) {
        String kind = e.getClass().getSimpleName();
        if (e.getMessage() == null) {
            return kind;
        }
        return e.getClass() == IOException.class ? e.getMessage() : kind + " " + e.getMessage();
    }
}
