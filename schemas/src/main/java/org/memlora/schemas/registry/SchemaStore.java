package org.memlora.schemas.registry;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/** Subjects, versions, ids and levels, kept in memory and in a log of JSON lines. One process at a time; safe for its threads. */
final class SchemaStore implements AutoCloseable {
    /** A version of a subject. */
    record Version(String subject, int version, int id, String text, Schema schema) {
    }

    /** One line of the log: a registered schema, or a level (of everything where the subject is null). */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Line(String subject, Integer version, Integer id, String schema, String compatibility) {
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private final FileChannel log;
    private final Map<String, List<Version>> subjects = new TreeMap<>();
    private final Map<Integer, String> textById = new LinkedHashMap<>();
    private final Map<String, Integer> idByText = new LinkedHashMap<>();
    private final Map<String, Compatibility> levels = new TreeMap<>();
    private Compatibility global = Compatibility.BACKWARD;

    SchemaStore(Path folder) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve("schemas.jsonl");
        log = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            lock(file);
            replay();
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    private void lock(Path file) throws IOException {
        FileLock lock;
        try {
            lock = log.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new IOException(file + " is in use by another schema registry");
        }
    }

    /** Applies all whole lines. What follows the last line end was cut off by a crash before it was acknowledged: dropped. */
    private void replay() throws IOException {
        // Through the locked channel: closing another descriptor of the file would end the lock (fcntl).
        byte[] bytes = Channels.newInputStream(log).readAllBytes();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                apply(JSON.readValue(bytes, start, i - start, Line.class));
                start = i + 1;
            }
        }
        log.truncate(start);
        log.position(start);
    }

    private void apply(Line line) {
        if (line.compatibility() != null) {
            Compatibility level = Compatibility.parse(line.compatibility());
            if (line.subject() == null) {
                global = level;
            } else {
                levels.put(line.subject(), level);
            }
            return;
        }
        Schema schema = parse(line.schema());
        textById.put(line.id(), line.schema());
        idByText.put(line.schema(), line.id());
        subjects.computeIfAbsent(line.subject(), name -> new ArrayList<>())
                .add(new Version(line.subject(), line.version(), line.id(), line.schema(), schema));
    }

    private void append(Line line) {
        try {
            long before = log.position();
            ByteBuffer bytes = ByteBuffer.wrap((JSON.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8));
            try {
                while (bytes.hasRemaining()) {
                    log.write(bytes);
                }
                log.force(false);
            } catch (IOException e) {
                log.truncate(before);
                throw e;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new RegistryException(50001, "Error in the backend data store: " + e.getMessage());
        }
        apply(line);
    }

    /** Registers a schema, unless the subject has it already. */
    synchronized Version register(String subject, String text) {
        Schema schema = parse(text);
        Optional<Version> present = find(subject, schema.toString());
        if (present.isPresent()) {
            return present.get();
        }
        List<Version> versions = subjects.getOrDefault(subject, List.of());
        List<String> problems = problems(subject, schema, versions);
        if (!problems.isEmpty()) {
            throw new RegistryException(409, "Schema being registered is incompatible with an earlier schema for subject \""
                    + subject + "\", details: " + problems);
        }
        Integer known = idByText.get(schema.toString());
        int id = known != null ? known : textById.size() + 1;
        append(new Line(subject, versions.size() + 1, id, schema.toString(), null));
        return versions(subject).get(versions(subject).size() - 1);
    }

    /** The version of a subject that holds exactly this schema. */
    synchronized Version lookup(String subject, String text) {
        Schema schema = parse(text);
        versions(subject);
        return find(subject, schema.toString()).orElseThrow(RegistryException::schemaNotFound);
    }

    private Optional<Version> find(String subject, String text) {
        return subjects.getOrDefault(subject, List.of()).stream().filter(version -> version.text().equals(text)).findFirst();
    }

    /** What stands against a schema; against one version where it is given, else after the subject's level. */
    synchronized List<String> check(String subject, String version, String text) {
        Schema schema = parse(text);
        return problems(subject, schema, version == null ? versions(subject) : List.of(version(subject, version)));
    }

    private List<String> problems(String subject, Schema schema, List<Version> versions) {
        return level(subject).orElse(global).problems(schema, versions.stream().map(Version::schema).toList());
    }

    synchronized List<String> subjects() {
        return List.copyOf(subjects.keySet());
    }

    synchronized List<Version> versions(String subject) {
        List<Version> versions = subjects.get(subject);
        if (versions == null) {
            throw RegistryException.subjectNotFound(subject);
        }
        return List.copyOf(versions);
    }

    /** A version by number, or {@code latest}. */
    synchronized Version version(String subject, String number) {
        List<Version> versions = versions(subject);
        if (number.equals("latest") || number.equals("-1")) {
            return versions.get(versions.size() - 1);
        }
        if (!number.matches("[1-9][0-9]{0,8}")) {
            throw new RegistryException(42202, "The specified version '" + number + "' is not a valid version id.");
        }
        int index = Integer.parseInt(number) - 1;
        if (index >= versions.size()) {
            throw RegistryException.versionNotFound(number);
        }
        return versions.get(index);
    }

    synchronized String schema(int id) {
        String text = textById.get(id);
        if (text == null) {
            throw RegistryException.schemaNotFound();
        }
        return text;
    }

    /** Where a schema is in use. */
    synchronized List<Version> uses(int id) {
        schema(id);
        return subjects.values().stream().flatMap(List::stream).filter(version -> version.id() == id).toList();
    }

    /** The global level, or with a subject its own. */
    synchronized Optional<Compatibility> level(String subject) {
        return subject == null ? Optional.of(global) : Optional.ofNullable(levels.get(subject));
    }

    synchronized void setLevel(String subject, Compatibility level) {
        Objects.requireNonNull(level, "level");
        append(new Line(subject, null, null, null, level.name()));
    }

    private static Schema parse(String text) {
        if (text == null) {
            throw RegistryException.invalidSchema("none given");
        }
        try {
            return new Schema.Parser().parse(text);
        } catch (AvroRuntimeException e) {
            throw RegistryException.invalidSchema(e.getMessage());
        }
    }

    @Override
    public synchronized void close() throws IOException {
        log.close();
    }
}
