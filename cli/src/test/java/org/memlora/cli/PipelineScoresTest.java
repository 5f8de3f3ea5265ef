package org.memlora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.distillation.DistillationConfig;
import org.memlora.models.LanguageModels.Compute;

class PipelineScoresTest {
    private static final Path CONVERSATION = Path.of("../distillation/src/test/resources/conversations/small.json");

    private static String measure(String commit) {
        DistillationConfig any = DistillationConfig.read(Path.of("../distillation/configurations/smollm2-135m-instruct.yaml"));
        DistillationConfig settings = new DistillationConfig(any.base(), any.output(), any.contextTokens(),
                new DistillationConfig.Data(any.data().folder(), List.of(), List.of(CONVERSATION), null, 1), any.experts());
        return PipelineScores.of(settings, Compute.CPU, null, null, commit).measure();
    }

    @Test
    void scoresOfAnotherVersionAreOnesOfAnotherMeasure() {
        assertThat(measure("abc")).startsWith("token F1 of the pipeline with smollm2-135m-instruct on small.json (").endsWith(" turns, 5 questions, cpu, commit abc")
                .isEqualTo(measure("abc")).isNotEqualTo(measure("abd"));
    }

    @Test
    void statesOfChangedFilesAreToldApart(@TempDir Path folder) throws Exception {
        String before = System.getProperty("memlora.home");
        System.setProperty("memlora.home", folder.toString());
        try {
            assertThat(ProjectCommit.exactly()).startsWith("unknown, run of ").isNotEqualTo(ProjectCommit.exactly());
            git(folder, "init", "-q");
            Path file = Files.writeString(folder.resolve("Some.java"), "one");
            git(folder, "add", ".");
            git(folder, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "first");
            String clean = ProjectCommit.exactly();
            assertThat(clean).matches("[0-9a-f]{40}").isEqualTo(ProjectCommit.described());
            Files.writeString(file, "two");
            String two = ProjectCommit.exactly();
            Files.writeString(file, "three");
            assertThat(two).startsWith(clean + "-dirty (").isNotEqualTo(ProjectCommit.exactly());
        } finally {
            if (before == null) {
                System.clearProperty("memlora.home");
            } else {
                System.setProperty("memlora.home", before);
            }
        }
    }

    private static void git(Path folder, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("git", "-C", folder.toString()));
        command.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).as(String.join(" ", command)).isZero();
    }
}
