package org.memlora.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** Which version of the project runs, as its repository says. */
final class ProjectCommit {
    private static final String UNKNOWN = "unknown";

    private ProjectCommit() { }

    /** With "-dirty" where files are changed; "unknown" outside of a repository. */
    static String described() throws InterruptedException {
        return git("describe", "--always", "--dirty", "--abbrev=40").map(text -> text.strip()).filter(text -> !text.isEmpty()).orElse(UNKNOWN);
    }

    /**
     * The same, two states of changed files told apart, and of unknown versions each run from any other; files that git doesn't know are
     * not looked at.
     */
    static String exactly() throws InterruptedException {
        String described = described();
        if (described.equals(UNKNOWN)) {
            return UNKNOWN + ", run of " + Instant.now();
        }
        if (!described.endsWith("-dirty")) {
            return described;
        }
        CRC32 changes = new CRC32();
        changes.update(git("diff", "HEAD").orElse("").getBytes(StandardCharsets.UTF_8));
        return String.format("%s (%08x)", described, changes.getValue());
    }

    private static Optional<String> git(String... arguments) throws InterruptedException {
        List<String> command = Stream.concat(Stream.of("git", "-C", System.getProperty("memlora.home", ".")), Stream.of(arguments)).toList();
        try {
            Process git = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            String text = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return git.waitFor() == 0 ? Optional.of(text) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
