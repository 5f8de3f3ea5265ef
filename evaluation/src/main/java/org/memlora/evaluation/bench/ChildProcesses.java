package org.memlora.evaluation.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs parts, each in a process of its own with this one's class path and options. */
final class ChildProcesses implements PartRunner {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;

    /** @param folder for the parts' files and what they print */
    ChildProcesses(Path folder) {
        this.folder = folder;
    }

    @Override
    public JsonNode run(BenchPart part, PartProgress progress) throws IOException, InterruptedException {
        String stem = part.title().replaceAll("[^a-z.-]+", "-");
        Path spec = folder.resolve(stem + ".json");
        Path result = folder.resolve(stem + "-result.json");
        Path log = folder.resolve(stem + ".log");
        JSON.writeValue(spec.toFile(), part);
        Process process = new ProcessBuilder(command(spec, result)).redirectError(log.toFile()).start();
        Thread end = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(end);
        try {
            follow(process, progress);
            int code = process.waitFor();
            if (code != 0 || !Files.exists(result)) {
                return JSON.createObjectNode().put(BenchChild.ERROR, "The process of " + part.title() + " ended with code " + code
                        + lastLine(log) + ".");
            }
            return JSON.readTree(result.toFile());
        } finally {
            process.destroyForcibly();
            Runtime.getRuntime().removeShutdownHook(end);
        }
    }

    private static List<String> command(Path spec, Path result) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(option -> !option.startsWith("-agentlib")
                && !option.startsWith("-javaagent")).forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BenchChild.class.getName(), spec.toString(), result.toString()));
        return command;
    }

    private static void follow(Process process, PartProgress progress) throws IOException {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split("\t", 4);
                if (fields.length == 4 && fields[0].equals(BenchChild.MARK)) {
                    progress.step(fields[3], Long.parseLong(fields[1]), Long.parseLong(fields[2]));
                }
            }
        }
    }

    private static String lastLine(Path log) throws IOException {
        List<String> lines = Files.exists(log) ? Files.readAllLines(log).stream().filter(line -> !line.isBlank()).toList() : List.of();
        return lines.isEmpty() ? "" : "; the last it said: " + lines.get(lines.size() - 1);
    }
}
