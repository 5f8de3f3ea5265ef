package org.memlora.models.bases;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.memlora.models.safetensors.SafetensorsFile;

/**
 * Model folders of the hub by name, e.g. HuggingFaceTB/SmolVLM-256M-Instruct or owner/name@revision: fetched once into the cache, with the weights'
 * checksums as the hub states them. Threading: may be called by all threads and by several processes at once; one of them fetches.
 */
final class HubFolder {
    private static final Pattern NAME = Pattern.compile("(\\w[\\w.-]*)/(\\w[\\w.-]*)(?:@(\\w[\\w.-]*))?");
    private static final Pattern SHARD = Pattern.compile("\\w[\\w.-]*\\.safetensors");
    private static final List<String> NEEDED = List.of("config.json", "tokenizer.json");
    private static final List<String> WHERE_PUBLISHED = List.of("tokenizer_config.json", "chat_template.json", "chat_template.jinja",
            "preprocessor_config.json", "processor_config.json", "generation_config.json", "special_tokens_map.json");
    private static final String COMPLETE = ".complete";
    private static final Object ONE_FETCH = new Object();

    private final URI endpoint;
    private final Path cacheFolder;
    private final DownloadProgress progress;

    HubFolder(URI endpoint, Path cacheFolder, DownloadProgress progress) {
        this.endpoint = endpoint;
        this.cacheFolder = cacheFolder.resolve("hub");
        this.progress = progress;
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches() && !text.endsWith(".gguf");
    }

    /** @throws BaseUnavailableException if the hub lacks the model, or a file does not arrive whole */
    Path resolve(String name) {
        Matcher parts = NAME.matcher(name);
        if (!parts.matches()) {
            throw new IllegalArgumentException(name + " is no name on the hub");
        }
        String revision = Optional.ofNullable(parts.group(3)).orElse("main");
        Path folder = cacheFolder.resolve(parts.group(1) + "--" + parts.group(2) + "--" + revision);
        String from = endpoint + "/" + parts.group(1) + "/" + parts.group(2) + "/resolve/" + revision + "/";
        try {
            if (isComplete(folder)) {
                return folder;
            }
            Files.createDirectories(folder);
            synchronized (ONE_FETCH) {
                try (FileChannel channel = FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock lock = channel.lock()) {
                    if (!isComplete(folder)) {
                        dropDamaged(folder);
                        fetch(from, folder);
                        Files.write(folder.resolve(COMPLETE), sizes(folder));
                    }
                }
            }
            return folder;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(name, "fetching was interrupted", e);
        } catch (IOException e) {
            throw unavailable(name, e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }

    private static BaseUnavailableException unavailable(String name, String why, Exception cause) {
        return new BaseUnavailableException("Base " + name + " could not be had from the hub: " + why
                + "; give the path of a folder with config.json, tokenizer.json and model.safetensors instead.", cause);
    }

    /** Whether all files are there that once arrived, as long as they were then; a marker of an earlier release names none, and is trusted. */
    private static boolean isComplete(Path folder) throws IOException {
        return Files.exists(folder.resolve(COMPLETE)) && damaged(folder).isEmpty();
    }

    /** Files whose length is not the one in the marker; without a marker none is known to be. */
    private static List<Path> damaged(Path folder) throws IOException {
        List<Path> damaged = new ArrayList<>();
        Path marker = folder.resolve(COMPLETE);
        for (String line : Files.exists(marker) ? Files.readAllLines(marker) : List.<String>of()) {
            Path file = folder.resolve(line.substring(line.indexOf(' ') + 1));
            if (!Files.exists(file) || !line.startsWith(Files.size(file) + " ")) {
                damaged.add(file);
            }
        }
        return damaged;
    }

    private static void dropDamaged(Path folder) throws IOException {
        for (Path file : damaged(folder)) {
            Files.deleteIfExists(file);
        }
        Files.deleteIfExists(folder.resolve(COMPLETE));
    }

    /** "length name" of each file. */
    private static List<String> sizes(Path folder) throws IOException {
        List<String> sizes = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, file -> Files.isRegularFile(file) && !file.getFileName().toString().matches("\\..*|.*\\.part"))) {
            for (Path file : files) {
                sizes.add(Files.size(file) + " " + file.getFileName());
            }
        }
        return sizes;
    }

    private void fetch(String from, Path folder) throws IOException, InterruptedException {
        for (String file : NEEDED) {
            if (!file(from, folder, file)) {
                throw new IOException("there is no " + from + file);
            }
        }
        for (String file : WHERE_PUBLISHED) {
            file(from, folder, file);
        }
        if (file(from, folder, SafetensorsFile.INDEX)) {
            for (String shard : shards(folder.resolve(SafetensorsFile.INDEX))) {
                if (!file(from, folder, shard)) {
                    throw new IOException("there is no " + from + shard + ", which the index names");
                }
            }
        } else if (!file(from, folder, SafetensorsFile.SINGLE)) {
            throw new IOException("there is neither " + from + SafetensorsFile.SINGLE + " nor its index");
        }
    }

    private boolean file(String from, Path folder, String file) throws IOException, InterruptedException {
        return Files.exists(folder.resolve(file)) || new HubDownload(URI.create(from + file), folder.resolve(file), progress).run();
    }

    private static TreeSet<String> shards(Path index) throws IOException {
        TreeSet<String> shards = new TreeSet<>();
        for (JsonNode shard : new ObjectMapper().readTree(index.toFile()).path("weight_map")) {
            if (!SHARD.matcher(shard.asText()).matches()) {
                throw new IOException("the index names the shard " + shard.asText() + ", expected a .safetensors file in the same folder");
            }
            shards.add(shard.asText());
        }
        return shards;
    }
}
