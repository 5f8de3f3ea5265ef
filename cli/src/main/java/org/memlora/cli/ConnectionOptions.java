package org.memlora.cli;

import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigException;
import org.memlora.schemas.AvroSerdes;
import org.memlora.topology.PipelineSettings;
import org.memlora.topology.client.PipelineClient;
import picocli.CommandLine.Option;

/** Where Kafka and the registry are, and all other settings. An option wins over -D, -D over the file. */
final class ConnectionOptions {

    @Option(names = "--bootstrap-servers", paramLabel = "HOST:PORT", description = "Kafka's brokers. Default: localhost:9092.")
    private String bootstrapServers;

    @Option(names = "--schema-registry-url", paramLabel = "URL", description = "The schema registry. Default: http://localhost:8081.")
    private String schemaRegistryUrl;

    @Option(names = "--config", paramLabel = "FILE", description = "Settings as a Java properties file.")
    private Path config;

    @Option(names = "-D", paramLabel = "KEY=VALUE", description = "One setting; may be repeated. The README lists them.")
    private Map<String, String> given = Map.of();

    PipelineSettings settings(Map<String, String> options) {
        Map<String, String> all = new TreeMap<>();
        if (config != null) {
            read(config).forEach((key, value) -> all.put(key.toString(), value.toString()));
        }
        all.putAll(given);
        put(all, PipelineSettings.BOOTSTRAP_SERVERS, bootstrapServers);
        put(all, PipelineSettings.SCHEMA_REGISTRY_URL, schemaRegistryUrl);
        all.putAll(options);
        try {
            return PipelineSettings.of(all);
        } catch (ConfigException e) {
            throw new UserError("Wrong setting: " + e.getMessage() + ".", e);
        }
    }

    /** That of the workers; {@code given} wins where it is not null. */
    String applicationId(String given) {
        return settings(given == null ? Map.of() : Map.of(PipelineSettings.APPLICATION_ID, given)).text(PipelineSettings.APPLICATION_ID);
    }

    /** A client that has found its broker. */
    PipelineClient client() throws InterruptedException {
        PipelineSettings settings = settings(Map.of());
        PipelineClient client = new PipelineClient(settings.text(PipelineSettings.BOOTSTRAP_SERVERS), serdes(settings),
                kafkaSettings(), settings.maxMessageBytes());
        client.requireBroker();
        return client;
    }

    static AvroSerdes serdes(PipelineSettings settings) {
        try {
            return AvroSerdes.of(settings.text(PipelineSettings.SCHEMA_REGISTRY_URL));
        } catch (ConfigException e) {
            throw new UserError("Wrong setting: " + e.getMessage() + ".", e);
        }
    }

    /** Settings with the prefix kafka., without it. */
    Map<String, Object> kafkaSettings() {
        Map<String, String> all = new TreeMap<>();
        if (config != null) {
            read(config).forEach((key, value) -> all.put(key.toString(), value.toString()));
        }
        all.putAll(given);
        return all.entrySet().stream().filter(entry -> entry.getKey().startsWith(PipelineSettings.KAFKA_PREFIX))
                .collect(Collectors.toMap(entry -> entry.getKey().substring(PipelineSettings.KAFKA_PREFIX.length()), Map.Entry::getValue));
    }

    private static void put(Map<String, String> all, String key, String value) {
        if (value != null) {
            all.put(key, value);
        }
    }

    private static Properties read(Path file) {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
            return properties;
        } catch (IOException | IllegalArgumentException e) {
            throw new UserError("The settings file " + file + " can't be read (" + e.getMessage() + ").", e);
        }
    }
}
